#include "client/desktop/app.h"

#include <string.h>

#include "shared/judged_record.h"
#include "shared/platform/host_clock.h"
#include "shared/platform/log.h"

/* After the halt the last notes close, and their word arrives. */
#define CLOSING_NS (2500 * NS_PER_MS)
/* Fewer hits say nothing. */
#define HITS_MIN 8

static HistoryTake take_of(const App *app)
{
    const StandingMessage *standing = &app->room->model.standing;
    HistoryTake take = {
        .ended_at_ms = host_clock_wall_ms(),
        .tempo_mbpm = app->practising.tempo_bpm * 1000,
        .bandmates = (uint8_t)practice_bandmates(app->room->practice),
        .notes = standing->notes,
        .bias_us = standing->bias_us,
        .spread_us = standing->spread_us,
        .r_tenthousandths = standing->r_tenthousandths,
        .score_centi = standing->score_centi,
        .best_combo = standing->best_combo,
    };
    const char *title = model_groove_title(&app->room->model, (int)app->practising.groove);

    memcpy(take.counts, standing->counts, sizeof take.counts);
    (void)snprintf(take.groove, sizeof take.groove, "%s", title != NULL ? title : "Pulse");
    return take;
}

static bool is_worth_keeping(const StandingMessage *standing)
{
    return standing->counts[JUDGEMENT_PERFECT] + standing->counts[JUDGEMENT_GOOD] +
               standing->counts[JUDGEMENT_OK] + standing->counts[JUDGEMENT_EXTRA] >=
           HITS_MIN;
}

void app_keep_take(App *app)
{
    const ClientModel *model = &app->room->model;
    HistoryTake take;
    HistoryError error;

    if (app->room->kind != ROOM_PRACTICE || !app->settings.keep_history || app->options->autoplay ||
        app->history_path.text[0] == '\0' || !model->has_standing ||
        !is_worth_keeping(&model->standing) || model->own_take == app->kept_take) {
        return;
    }
    app->kept_take = model->own_take;
    take = take_of(app);
    if (!history_append(app->history_path.text, &take, &error) ||
        !history_read(app->history_path.text, &app->history, &error)) {
        log_warning("app: %s", error.reason);
        ui_toast_show(&app->ui, error.reason);
    }
}

void app_watch_take(App *app, HostTime now)
{
    const ModelNow music = model_now(&app->room->model, now);

    if (app->room->kind != ROOM_PRACTICE || !music.known || music.transport != TRANSPORT_STOPPED) {
        return;
    }
    if (app->take_over != app->room->model.own_take) {
        app->take_over = app->room->model.own_take;
        app->take_over_at = now;
    }
    if (now.ns - app->take_over_at.ns > CLOSING_NS) {
        app_keep_take(app);
    }
}
