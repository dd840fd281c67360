#include "client/ctl/export.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/ctl/csv_text.h"
#include "client/ctl/status.h"

enum {
    PATH_BYTES_MAX = 4096,
    JSON_DIGITS = 9
};

/* A file on its way. */
typedef struct {
    FILE *stream;
    const char *path;
    char temporary[PATH_BYTES_MAX + 16];
    bool in_place; /* written where it is: no step in which to replace it */
} Target;

static bool complain(const char *path)
{
    (void)fprintf(stderr, "onedrum-ctl: cannot write %s: %s\n", path, strerror(errno));
    return false;
}

/* A device or a pipe must stay what it is: replacing it would take it from everybody else. */
static bool is_special(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static bool target_open(Target *target, const char *path)
{
    int descriptor;
    mode_t mask;

    *target = (Target){.path = path};
    if (strcmp(path, "-") == 0 || is_special(path)) {
        target->in_place = true;
        target->stream = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
        return target->stream != NULL ? true : complain(path);
    }
    if (strlen(path) > PATH_BYTES_MAX) {
        errno = ENAMETOOLONG;
        return complain(path);
    }
    (void)snprintf(target->temporary, sizeof target->temporary, "%s.XXXXXX", path);
    descriptor = mkstemp(target->temporary);
    if (descriptor < 0) {
        return complain(path);
    }
    /* mkstemp is for secrets; this file is as readable as any other of the user. */
    mask = umask(0);
    (void)umask(mask);
    (void)fchmod(descriptor, 0666 & ~mask);
    target->stream = fdopen(descriptor, "w");
    if (target->stream == NULL) {
        (void)close(descriptor);
        (void)unlink(target->temporary);
        return complain(path);
    }
    return true;
}

/* Ends the file: in its place when `well`, gone otherwise. */
static bool target_close(Target *target, bool well)
{
    if (target->in_place) {
        well = fflush(target->stream) == 0 && well;
        if (!well) {
            (void)complain(target->path);
        }
        return (target->stream == stdout || fclose(target->stream) == 0) && well;
    }
    well = fflush(target->stream) == 0 && fsync(fileno(target->stream)) == 0 && well;
    well = fclose(target->stream) == 0 && well;
    if (well && rename(target->temporary, target->path) == 0) {
        return true;
    }
    (void)complain(target->path);
    (void)unlink(target->temporary);
    return false;
}

/* The report without observers, as both formats show it. */
static bool is_reported(const ReportEntry *entry)
{
    return (entry->presence & PRESENCE_TAKEN) != 0 && (entry->presence & PRESENCE_OBSERVER) == 0;
}

static const char *verdict_text(const ReportEntry *entry)
{
    return entry->verdict < VERDICT_COUNT ? verdict_word((Verdict)entry->verdict) : "";
}

static int part_number(const Groove *groove, uint8_t part)
{
    return part % (groove == NULL ? 1 : groove->part_count) + 1;
}

static json_t *entry_json(const Visit *visit, const Groove *groove, const ReportEntry *entry)
{
    json_t *object = json_pack("{s:i, s:s, s:s, s:i, s:s, s:b}",
                               "seat",
                               entry->seat,
                               "name",
                               entry->name,
                               "team",
                               status_team_name(&visit->others, entry->team),
                               "part",
                               part_number(groove, entry->part),
                               "part_title",
                               status_part_title(groove, entry->part),
                               "connected",
                               (entry->presence & PRESENCE_CONNECTED) != 0);
    json_t *figures = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
                                "notes",
                                (json_int_t)entry->notes,
                                "perfect",
                                (json_int_t)entry->counts[JUDGEMENT_PERFECT],
                                "good",
                                (json_int_t)entry->counts[JUDGEMENT_GOOD],
                                "ok",
                                (json_int_t)entry->counts[JUDGEMENT_OK],
                                "miss",
                                (json_int_t)entry->counts[JUDGEMENT_MISS],
                                "extra",
                                (json_int_t)entry->counts[JUDGEMENT_EXTRA],
                                "bounce",
                                (json_int_t)entry->counts[JUDGEMENT_BOUNCE]);
    json_t *measures = json_pack("{s:f, s:f, s:f, s:f, s:s, s:f, s:f, s:f}",
                                 "bias_ms",
                                 entry->bias_us / 1000.0,
                                 "spread_ms",
                                 entry->spread_us / 1000.0,
                                 "R",
                                 entry->r_millionths / 1e6,
                                 "score",
                                 entry->score_centi / 100.0,
                                 "verdict",
                                 verdict_text(entry),
                                 "mean_ms",
                                 entry->mean_us / 1000.0,
                                 "sd_ms",
                                 entry->sd_us / 1000.0,
                                 "calibration_ms",
                                 entry->calibration_us / 1000.0);

    (void)json_object_update(object, figures);
    (void)json_object_update(object, measures);
    json_decref(figures);
    json_decref(measures);
    return object;
}

static json_t *people_json(const Visit *visit, const Groove *groove)
{
    json_t *list = json_array();

    for (int i = 0; i < visit->others.report_count; i++) {
        const ReportEntry *entry = &visit->others.report[i];

        if (is_reported(entry)) {
            (void)json_array_append_new(list, entry_json(visit, groove, entry));
        }
    }
    return list;
}

static bool write_json(const Visit *visit, const ModelNow *music, FILE *stream)
{
    const ClientModel *model = &visit->model;
    char code[CODE_CHARS + 2];
    json_t *root;
    bool well;

    code_format(model->welcome.code, code);
    root = json_pack("{s:{s:s, s:s, s:s, s:i, s:s, s:f}, s:o, s:o}",
                     "session",
                     "title",
                     model->welcome.title,
                     "code",
                     code,
                     "state",
                     status_transport_word(music->transport),
                     "take",
                     music->section->take,
                     "groove",
                     status_groove_title(model, music),
                     "tempo_bpm",
                     status_tempo_bpm(model, music),
                     "participants",
                     people_json(visit, music->groove),
                     "bars",
                     status_bars_json(&visit->others));
    well = root != NULL &&
           json_dumpf(root, stream, JSON_INDENT(1) | JSON_REAL_PRECISION(JSON_DIGITS)) == 0 &&
           fputc('\n', stream) != EOF;
    json_decref(root);
    return well;
}

static void write_field(FILE *stream, const char *text)
{
    char field[CSV_FIELD_ROOM(NAME_BYTES_MAX)];

    csv_text_field(text, field);
    (void)fprintf(stream, "%s,", field);
}

static void
write_person(FILE *stream, const Visit *visit, const Groove *groove, const ReportEntry *entry)
{
    (void)fprintf(stream, "%d,", entry->seat);
    write_field(stream, entry->name);
    write_field(stream, status_team_name(&visit->others, entry->team));
    (void)fprintf(stream, "%d,", part_number(groove, entry->part));
    write_field(stream, status_part_title(groove, entry->part));
    (void)fprintf(stream, "%lu,", (unsigned long)entry->notes);
    for (int kind = JUDGEMENT_PERFECT; kind < JUDGEMENT_COUNT; kind++) {
        (void)fprintf(stream, "%lu,", (unsigned long)entry->counts[kind]);
    }
    (void)fprintf(stream,
                  "%.3f,%.3f,%.6f,%.2f,%s,%.3f,%.3f,%.3f\r\n",
                  entry->bias_us / 1000.0,
                  entry->spread_us / 1000.0,
                  entry->r_millionths / 1e6,
                  entry->score_centi / 100.0,
                  verdict_text(entry),
                  entry->mean_us / 1000.0,
                  entry->sd_us / 1000.0,
                  entry->calibration_us / 1000.0);
}

static bool write_people_csv(const Visit *visit, const Groove *groove, FILE *stream)
{
    (void)fputs("seat,name,team,part,part_title,notes,perfect,good,ok,miss,extra,bounce,bias_ms,"
                "spread_ms,R,score,verdict,mean_ms,sd_ms,calibration_ms\r\n",
                stream);
    for (int i = 0; i < visit->others.report_count; i++) {
        if (is_reported(&visit->others.report[i])) {
            write_person(stream, visit, groove, &visit->others.report[i]);
        }
    }
    return ferror(stream) == 0;
}

static bool write_bars_csv(const Visit *visit, FILE *stream)
{
    (void)fputs("take,bar,active,together,r,sigma_ms,median_ms\r\n", stream);
    for (int i = 0; i < visit->others.bar_count; i++) {
        const BarEntry *bar = &visit->others.bars[i];

        (void)fprintf(stream,
                      "%d,%d,%d,%.2f,%.4f,%.3f,%.3f\r\n",
                      bar->take,
                      bar->bar,
                      bar->active,
                      bar->together_centi / 100.0,
                      bar->r_tenthousandths / 10000.0,
                      bar->sigma_us / 1000.0,
                      bar->median_us / 1000.0);
    }
    return ferror(stream) == 0;
}

/* "figures.csv" -> "figures-bars.csv"; a dot in a folder's name is none of the file's. */
static void bars_path(const char *path, char *bars, size_t bars_bytes)
{
    const char *folder_end = strrchr(path, '/');
    const char *name = folder_end == NULL ? path : folder_end + 1;
    const char *dot = strrchr(name, '.');
    int stem_bytes = dot == NULL || dot == name ? (int)strlen(path) : (int)(dot - path);

    (void)snprintf(bars, bars_bytes, "%.*s-bars%s", stem_bytes, path, path + stem_bytes);
}

static bool export_csv(const Visit *visit, const Groove *groove, const char *path)
{
    static Target people;
    static Target bars;
    char second[PATH_BYTES_MAX];
    bool well;

    if (!target_open(&people, path)) {
        return false;
    }
    if (people.in_place) {
        well = write_people_csv(visit, groove, people.stream) &&
               fputs("\r\n", people.stream) != EOF && write_bars_csv(visit, people.stream);
        return target_close(&people, well);
    }
    well = target_close(&people, write_people_csv(visit, groove, people.stream));
    bars_path(path, second, sizeof second);
    return well && target_open(&bars, second) &&
           target_close(&bars, write_bars_csv(visit, bars.stream));
}

bool export_write(const Visit *visit, HostTime now, bool as_csv, const char *path)
{
    static Target target;
    ModelNow music = model_now(&visit->model, now);

    if (as_csv) {
        return export_csv(visit, music.groove, path);
    }
    return target_open(&target, path) &&
           target_close(&target, write_json(visit, &music, target.stream));
}
