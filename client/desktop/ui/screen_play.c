#include "client/desktop/ui/screen_play.h"

#include "client/desktop/ui/view_lane.h"
#include "client/desktop/ui/view_parts.h"
#include "client/desktop/ui/view_status.h"

#include <assert.h>
#include <math.h>

#define RIGHT_COLUMN 464.0F
#define LEFT_SMALL 450.0F
#define RING_RADIUS_MAX 166.0F
#define RING_RADIUS_SMALL 90.0F
#define WORD_FADE_S 0.6
/* Words that follow each other faster are not read, and flicker: nothing does above 3 Hz. */
#define WORD_HOLD_S (1.0 / 3.0)
#define PHRASE_HITS_MIN 4
#define OWN_LOOKED_AT_MAX 64
#define PI_F 3.14159265F
#define SPINNER_DOTS 8

/* ---- the phrase -------------------------------------------------------------------------------
 */

/* Sums over the hits of one phrase, newest first. */
typedef struct {
    int hit_count;
    double sum;
    double squares;
    double first; /* newest */
    double last;  /* oldest */
} PhraseSums;

static PhraseSums sum_phrase(const ClientModel *model)
{
    PhraseSums sums = {.hit_count = 0};
    const OwnJudgement *newest = model_own(model, 0);

    for (int i = 0; newest != NULL && i < OWN_LOOKED_AT_MAX; i++) {
        const OwnJudgement *own = model_own(model, i);
        double late_us;

        if (own == NULL || own->note_number <= newest->note_number - WORDS_PHRASE_NOTES) {
            break;
        }
        if (!judgement_claims_note((Judgement)own->judgement)) {
            continue;
        }
        late_us = own->asynchrony_us;
        sums.first = sums.hit_count == 0 ? late_us : sums.first;
        sums.last = late_us;
        sums.sum += late_us;
        sums.squares += late_us * late_us;
        sums.hit_count++;
    }
    return sums;
}

WordsFigures play_phrase_figures(const ClientModel *model, int64_t beat_ns)
{
    PhraseSums sums = sum_phrase(model);
    double beat_us = (double)beat_ns / 1000.0;
    double n = sums.hit_count;
    GroupReference reference = {.median_ms = (double)model->snapshot.median_us / 1000.0,
                                .people = model->snapshot.active};
    WordsFigures figures = {.known = sums.hit_count >= PHRASE_HITS_MIN,
                            .calibrated = model_tells_sides(model)};

    if (model->has_standing) {
        figures.verdict = (Verdict)model->standing.verdict;
    }
    if (model->has_snapshot && model->snapshot.active >= VERDICT_REFERENCE_PEOPLE_MIN) {
        figures.drift = verdict_group_drift(&reference, beat_ns);
    }
    if (figures.known) {
        double mean = sums.sum / n;
        double variance = (sums.squares - n * mean * mean) / (n - 1.0);

        figures.bias_beats = mean / beat_us;
        figures.spread_beats = sqrt(fmax(variance, 0.0)) / beat_us;
        figures.advance_beats = (sums.first - sums.last) / (n - 1.0) / beat_us;
    }
    return figures;
}

static void advance_phrase(PlayState *state, const ClientModel *model, int64_t beat_ns)
{
    const OwnJudgement *newest = model_own(model, 0);
    int32_t number = newest == NULL ? 0 : newest->note_number / WORDS_PHRASE_NOTES;
    WordsFigures figures;

    if (model->own_take != state->take) {
        state->take = model->own_take;
        state->phrase = WORDS_PHRASE_NONE;
        state->phrase_figures = (WordsFigures){.known = false};
        state->phrase_number = 0;
    }
    if (number <= state->phrase_number) {
        return;
    }
    figures = play_phrase_figures(model, beat_ns);
    state->phrase = words_phrase_of(&figures, &state->phrase_figures);
    state->phrase_figures = figures;
    state->phrase_number = number;
}

static void advance_newest(PlayState *state, const ClientModel *model, double now_s)
{
    const OwnJudgement *newest = model_own(model, 0);

    if (newest == NULL) {
        return;
    }
    /* The server's word on the same hit changes the word, but does not light it up again. */
    if (newest->hit_number != state->newest.hit_number ||
        newest->note_number != state->newest.note_number) {
        double shown_s = now_s - state->newest_since_s;

        if (shown_s >= 0.0 && shown_s < WORD_HOLD_S) {
            return;
        }
        state->newest_since_s = now_s;
    }
    state->newest = *newest;
}

void play_state_advance(PlayState *state,
                        const ClientModel *model,
                        const ModelNow *music,
                        double now_s,
                        bool reduced_motion)
{
    int64_t beat_ns = view_beat_ns(music);
    double beat_s = (double)beat_ns / (double)NS_PER_S;
    RingTime time = {.now_s = now_s,
                     .beat_s = beat_s,
                     .beat = div_floor(music->position.ubeats, UBEATS_PER_BEAT),
                     .reduced_motion = reduced_motion};
    float team = (float)model->standing.team_together_centi / 100.0F;

    if (!state->has_own_team || reduced_motion) {
        state->own_team = team;
    }
    state->has_own_team = model->has_standing;
    state->own_team = view_ease(state->own_team, team, now_s - state->now_s, 2.0 * beat_s);
    state->now_s = now_s;
    ring_state_advance(&state->ring, model, &time);
    advance_phrase(state, model, beat_ns);
    advance_newest(state, model, now_s);
}

/* ---- the word ---------------------------------------------------------------------------------
 */

static bool is_playing(const PlayView *view)
{
    return view->music.known && view->music.transport == TRANSPORT_PLAYING;
}

/* What the big word is while nothing is judged. */
static const char *word_of_transport(const PlayView *view)
{
    if (!view->music.known) {
        return "Finding the beat";
    }
    switch (view->music.transport) {
    case TRANSPORT_LOBBY:
        return "Try your drum";
    case TRANSPORT_COUNT_IN:
        return "Count-in";
    case TRANSPORT_PAUSED:
        return "Paused";
    case TRANSPORT_STOPPED:
        return "Stopped";
    case TRANSPORT_PLAYING:
    case TRANSPORT_COUNT:
        break;
    }
    return view->watching ? "Watching" : "Listen, then join in";
}

static bool has_judgement(const PlayView *view, const ClientModel *model)
{
    return is_playing(view) && !view->watching && model_own(model, 0) != NULL;
}

static Mark word_mark(const OwnJudgement *own, bool calibrated)
{
    if (own->judgement == JUDGEMENT_MISS) {
        return MARK_IDLE;
    }
    if (own->judgement == JUDGEMENT_EXTRA) {
        return MARK_LOOSE;
    }
    if (own->judgement == JUDGEMENT_PERFECT || !calibrated ||
        !judgement_claims_note((Judgement)own->judgement)) {
        return MARK_ON;
    }
    return own->asynchrony_us < 0 ? MARK_EARLY : MARK_LATE;
}

/* "34 ms", with its side where the word does not say it; "" where there is nothing to say. */
static void add_ms(const OwnJudgement *own, bool calibrated, WordsText *text)
{
    int64_t ms = words_whole_ms(own->asynchrony_us);

    words_clear(text);
    if (!judgement_claims_note((Judgement)own->judgement) || !calibrated) {
        return;
    }
    if (own->judgement == JUDGEMENT_PERFECT) {
        words_add_lateness(text, own->asynchrony_us);
        return;
    }
    words_add_number(text, ms < 0 ? -ms : ms);
    words_add(text, " ms");
}

/* The run, or score and run, right-aligned; left out where it would meet what ends at `left`. */
static void draw_run(Ui *ui, Rect row, float left, const StandingMessage *standing, bool with_score)
{
    const Theme *theme = ui->frame.theme;
    float y = row.y + row.h / 2.0F;
    WordsText figure;
    WordsText words;
    float words_width;
    float width;

    words_clear(&figure);
    words_clear(&words);
    words_add_number(&figure, with_score ? (standing->score_centi + 50) / 100 : standing->combo);
    if (with_score) {
        words_add(&words, "score, ");
        words_add_number(&words, standing->combo);
        words_add(&words, " ");
    }
    words_add(&words, "in a row");
    words_width = ui_text_width(ui, FONT_REGULAR, TYPE_HINT, words.bytes);
    width = words_width + SPACE_2 + ui_text_width(ui, FONT_SEMIBOLD, TYPE_TITLE, figure.bytes);
    if (rect_right(row) - width - SPACE_5 < left) {
        return;
    }
    view_text(ui,
              (Point){rect_right(row), y + 3.0F},
              &(UiLabel){.size_px = TYPE_HINT, .align = TEXT_RIGHT, .colour = theme->text2},
              words.bytes);
    view_text(ui,
              (Point){rect_right(row) - words_width - SPACE_2, y},
              &(UiLabel){.size_px = TYPE_TITLE, .weight = FONT_SEMIBOLD, .align = TEXT_RIGHT},
              figure.bytes);
}

/* Smaller only where a word is wider than the smallest windows. */
static float fitted_size(const Ui *ui, const char *word, float size, float width_max)
{
    while (size > TYPE_SENTENCE && ui_text_width(ui, FONT_SEMIBOLD, size, word) > width_max) {
        size -= 4.0F;
    }
    return size;
}

void play_word_row(
    Ui *ui, Rect row, float size, const ClientModel *model, const PlayView *view, PlayState *state)
{
    const Theme *theme = ui->frame.theme;
    bool judged = has_judgement(view, model);
    bool calibrated = model_tells_sides(model);
    bool fresh = ui->frame.now_s - state->newest_since_s < WORD_FADE_S;
    Colour colour = judged && !fresh && !ui->frame.reduced_motion ? theme->text2 : theme->text;
    float y = row.y + row.h / 2.0F;
    float x = row.x;
    const char *word = word_of_transport(view);
    WordsText ms;

    words_clear(&ms);
    if (judged) {
        float mark = 0.62F * size;

        word = words_judgement(
            (Judgement)state->newest.judgement, state->newest.asynchrony_us, calibrated);
        add_ms(&state->newest, calibrated, &ms);
        draw_mark(ui->frame.draw,
                  (Point){x + 0.39F * size, y},
                  mark,
                  word_mark(&state->newest, calibrated),
                  colour);
        x += 1.05F * size;
    }
    size = fitted_size(ui, word, size, rect_right(row) - x);
    x += view_text(ui,
                   (Point){x, y},
                   &(UiLabel){.size_px = size, .weight = FONT_SEMIBOLD, .colour = colour},
                   word);
    if (ms.length_bytes > 0) {
        float ms_size = size > 36.0F ? TYPE_TITLE : TYPE_SENTENCE;
        bool beside = size > 36.0F;
        float at = beside ? x + SPACE_4 + SPACE_1 : rect_right(row);
        float width = ui_text_width(ui, FONT_REGULAR, ms_size, ms.bytes);

        if (beside ? at + width <= rect_right(row) : at - width > x + SPACE_2) {
            view_text(ui,
                      (Point){at, y + (size - ms_size) * 0.2F},
                      &(UiLabel){.size_px = ms_size,
                                 .align = beside ? TEXT_LEFT : TEXT_RIGHT,
                                 .colour = theme->text2},
                      ms.bytes);
            x = beside ? at + width : rect_right(row);
        }
    }
    if (judged && model->has_standing && (view->with_score || model->standing.combo >= 2)) {
        draw_run(ui, row, x, &model->standing, view->with_score);
    }
}

/* ---- the sentence -----------------------------------------------------------------------------
 */

static void draw_spinner(Ui *ui, Point center)
{
    int lit = (int)fmod(ui->frame.now_s * SPINNER_DOTS, SPINNER_DOTS);

    for (int i = 0; i < SPINNER_DOTS; i++) {
        float angle = 2.0F * PI_F * (float)i / SPINNER_DOTS;
        /* The dot that was lit last is the brightest; with reduced motion all are alike. */
        int age = (lit - i + SPINNER_DOTS) % SPINNER_DOTS;
        float alpha = ui->frame.reduced_motion ? 0.6F : 1.0F - 0.11F * (float)age;

        draw_disc(ui->frame.draw,
                  (Point){center.x + 12.0F * sinf(angle), center.y - 12.0F * cosf(angle)},
                  2.5F,
                  colour_fade(ui->frame.theme->text, alpha));
    }
}

/* Headline and detail in a box: beside each other where both fit, else below each other. */
static void draw_headline(Ui *ui, Rect inner, const char *headline, const char *detail)
{
    const Theme *theme = ui->frame.theme;
    UiLabel bold = {.size_px = TYPE_SENTENCE, .weight = FONT_SEMIBOLD};
    UiLabel plain = {.size_px = TYPE_LEAD, .colour = theme->text2};
    float middle = inner.y + inner.h / 2.0F;
    float width = ui_text_width(ui, FONT_SEMIBOLD, TYPE_SENTENCE, headline);
    float rest = ui_text_width(ui, FONT_REGULAR, TYPE_LEAD, detail);

    if (detail[0] == '\0' && width <= inner.w) {
        view_text(ui, (Point){inner.x, middle}, &bold, headline);
    } else if (width + 14.0F + rest <= inner.w) {
        view_text(ui, (Point){inner.x, middle}, &bold, headline);
        view_text(ui, (Point){inner.x + width + 14.0F, middle}, &plain, detail);
    } else {
        float height;

        bold.size_px = width <= inner.w && inner.h >= 56.0F ? TYPE_SENTENCE : TYPE_BODY;
        plain.size_px = inner.h >= 56.0F && rest <= inner.w ? TYPE_BODY : TYPE_HINT;
        height = ui_paragraph_height(ui, inner.w, &bold, headline) +
                 ui_paragraph_height(ui, inner.w, &plain, detail);
        inner.y = fmaxf(inner.y, middle - height / 2.0F);
        inner.y += ui_paragraph(ui, inner, &bold, headline);
        ui_paragraph(ui, inner, &plain, detail);
    }
}

static void draw_notice(Ui *ui, Rect rect, const PlayNotice *notice)
{
    const Theme *theme = ui->frame.theme;
    Rect inner = rect_inset_xy(rect, SPACE_4 + SPACE_1, SPACE_1);

    draw_rect(ui->frame.draw, rect, RADIUS_PANEL, theme->raised);
    draw_rect_stroke(ui->frame.draw, rect, RADIUS_PANEL, 1.0F, theme->edge);
    draw_rect(ui->frame.draw,
              (Rect){rect.x, rect.y + RADIUS_PANEL, 4.0F, rect.h - 2.0F * RADIUS_PANEL},
              2.0F,
              theme->accent);
    if (notice->spinner) {
        Rect left = rect_cut_left(&inner, 48.0F);

        draw_spinner(ui, (Point){left.x + 18.0F, left.y + left.h / 2.0F});
    }
    draw_headline(ui, inner, notice->headline, notice->detail == NULL ? "" : notice->detail);
}

static WordsSituation situation_of(Transport transport)
{
    switch (transport) {
    case TRANSPORT_PAUSED:
        return WORDS_PAUSED;
    case TRANSPORT_STOPPED:
        return WORDS_STOPPED;
    case TRANSPORT_LOBBY:
    case TRANSPORT_COUNT_IN:
    case TRANSPORT_PLAYING:
    case TRANSPORT_COUNT:
        break;
    }
    return WORDS_LOBBY;
}

/* The sentence that belongs here now, without notices. */
static void current_sentence(const PlayView *view,
                             const PlayState *state,
                             WordsText *headline,
                             WordsText *detail)
{
    WordsSentence sentence = {"", ""};

    if (!view->music.known) {
        sentence = (WordsSentence){"One moment.", "We are looking for the beat you share."};
    } else if (view->music.transport == TRANSPORT_COUNT_IN) {
        sentence = (WordsSentence){"Listen and feel the beat.", "Your first note comes after it."};
    } else if (!is_playing(view)) {
        words_situation(situation_of(view->music.transport), NULL, headline, detail);
        if (view->music.transport != TRANSPORT_STOPPED) {
            /* The big word above says the first half already. */
            *headline = *detail;
            words_clear(detail);
        }
        return;
    } else if (view->watching) {
        sentence = (WordsSentence){"You are watching.", ""};
    } else if (state->phrase == WORDS_PHRASE_NONE) {
        sentence = (WordsSentence){"Follow the amber note.", "Hit when it meets the line."};
    } else {
        sentence = words_phrase(state->phrase);
    }
    words_clear(headline);
    words_clear(detail);
    words_add(headline, sentence.headline);
    words_add(detail, sentence.detail);
}

void play_sentence(
    Ui *ui, Rect rect, const ClientModel *model, const PlayView *view, const PlayState *state)
{
    WordsText headline;
    WordsText detail;

    (void)model;
    if (view->notice.shown) {
        draw_notice(ui, rect, &view->notice);
        return;
    }
    if (ui_toast(ui, rect)) {
        return;
    }
    current_sentence(view, state, &headline, &detail);
    ui_panel(ui, rect);
    draw_headline(
        ui, rect_inset_xy(rect, SPACE_4 + SPACE_1, SPACE_1), headline.bytes, detail.bytes);
}

/* ---- lane, meter, hints -----------------------------------------------------------------------
 */

void play_lane(Ui *ui, Rect box, float share, const ClientModel *model, const PlayView *view)
{
    view_lane(ui,
              &(LaneView){.box = box,
                          .pendulum_share = share,
                          .with_pendulum = true,
                          .with_lamps = ui->frame.layout.size_class == LAYOUT_MEDIUM,
                          .calm_light = view->calm_light,
                          .model = model,
                          .music = &view->music});
}

/* While counting in there is nothing to measure: the count stands where the meter does. */
static void draw_count(Ui *ui, Rect bar, const PlayView *view)
{
    float radius = fminf(bar.h / 2.0F, 22.0F);

    view_lamps(ui, rect_center(bar), radius, &view->music, true);
}

static bool is_counting_in(const PlayView *view)
{
    return view->music.known && view->music.transport == TRANSPORT_COUNT_IN;
}

void play_meter(Ui *ui, Rect bar, const ClientModel *model, const PlayView *view)
{
    Meter meter;
    WordsText words;
    Rect row = {bar.x, rect_bottom(bar) + 18.0F, bar.w, 24.0F};

    if (is_counting_in(view)) {
        draw_count(ui, bar, view);
        return;
    }
    if (view->watching) {
        return;
    }
    meter = meter_of(model, view_beat_ns(&view->music));
    view_meter(ui, bar, &meter);
    meter_words(&meter, bar.w < 600.0F, &words);
    view_meter_words(ui, row, &meter, words.bytes);
}

static void draw_meter(Ui *ui, Rect bar, const ClientModel *model, const PlayView *view)
{
    const Theme *theme = ui->frame.theme;

    if (!view->hidden_meter || view->watching || is_counting_in(view)) {
        play_meter(ui, bar, model, view);
        return;
    }
    draw_rect(ui->frame.draw, bar, RADIUS_CONTROL, theme->raised);
    view_text(ui,
              rect_center(bar),
              &(UiLabel){.size_px = TYPE_HINT, .align = TEXT_CENTER, .colour = theme->text2},
              view->one_key ? "Your meter is hidden." : "Your meter is hidden. H shows it.");
}

static void draw_hints(Ui *ui, const PlayView *view)
{
    const char *key = view->drum_key == NULL ? "Space" : view->drum_key;
    const UiHint all[] = {{key, "drum"},
                          {"Tab", "ring"},
                          {"M", "map"},
                          {"Esc", "menu"},
                          {"H", view->hidden_meter ? "show my meter" : "hide my meter"}};
    const UiHint few[] = {{key, "drum"}, {"Esc", "menu"}};
    /* Whoever watches has neither drum nor meter. */
    size_t first = view->watching ? 1 : 0;

    if (view->one_key) {
        view_status_hints(ui, few + first, 2 - first);
    } else {
        view_status_hints(ui, all + first, view->watching ? 3 : 5);
    }
}

/* ---- the group --------------------------------------------------------------------------------
 */

typedef struct {
    const char *name;
    float together;
    const char *word;
    bool own;
} GroupRow;

static void draw_group_row(Ui *ui, Rect row, const GroupRow *group)
{
    const Theme *theme = ui->frame.theme;
    float y = row.y + row.h / 2.0F;
    float name_width = 0.29F * row.w;
    Rect bar = {row.x + 0.304F * row.w, row.y, 0.416F * row.w, row.h};
    WordsText figure;

    words_clear(&figure);
    words_add_number(&figure, lroundf(group->together));
    view_name(ui,
              (Point){row.x, y},
              name_width,
              &(UiLabel){.weight = group->own ? FONT_SEMIBOLD : FONT_REGULAR,
                         .colour = group->own ? theme->accent : theme->text},
              group->name);
    ui_progress(
        ui, bar, group->together / 100.0F, group->own ? theme->accent : theme->families[FAMILY_ON]);
    view_text(ui,
              (Point){rect_right(bar) + 42.0F, y},
              &(UiLabel){.weight = FONT_SEMIBOLD, .align = TEXT_RIGHT, .tabular = true},
              figure.bytes);
    view_text(ui,
              (Point){rect_right(row), y},
              &(UiLabel){.size_px = TYPE_HINT, .align = TEXT_RIGHT, .colour = theme->text2},
              group->word);
}

/* The tightest of at least two teams that play; NULL without. */
static const TeamEntry *tightest_team(const ModelOthers *others)
{
    const TeamEntry *best = NULL;
    int playing = 0;

    for (int i = 0; others != NULL && i < others->team_count; i++) {
        const TeamEntry *team = &others->teams[i];

        if (team->members < 2 || team->together_centi == 0) {
            continue;
        }
        playing++;
        if (best == NULL || team->together_centi > best->together_centi) {
            best = team;
        }
    }
    return playing >= 2 ? best : NULL;
}

static void draw_star_line(Ui *ui, Point at, float width, const ClientModel *model)
{
    const TeamEntry *best = tightest_team(model->others);
    WordsText words;

    if (best == NULL) {
        return;
    }
    words_clear(&words);
    if (best == view_own_team(model)) {
        words_add(&words, "Your team is the tightest right now.");
    } else {
        words_add(&words, "Tightest right now: ");
        words_add(&words, best->name);
    }
    view_star(ui, (Point){at.x + 8.0F, at.y}, 9.0F);
    view_name(ui,
              (Point){at.x + 26.0F, at.y},
              width - 26.0F,
              &(UiLabel){.colour = ui->frame.theme->text},
              words.bytes);
}

static void draw_playing_line(Ui *ui, Point at, const ClientModel *model, int64_t beat_ns)
{
    const SnapshotMessage *snapshot = &model->snapshot;
    WordsText words;

    words_clear(&words);
    words_add_number(&words, snapshot->active);
    words_add(&words, " of ");
    words_add_number(&words, snapshot->joined);
    words_add(&words, " playing.");
    if (snapshot->active >= 2) {
        words_add(&words, " ");
        words_add(&words, words_group_on_click(snapshot->median_us, beat_ns));
    }
    view_text(
        ui, at, &(UiLabel){.size_px = TYPE_HINT, .colour = ui->frame.theme->text2}, words.bytes);
}

/* Four lines at fixed places above the bottom of the window. */
static void draw_group(Ui *ui, const ClientModel *model, const PlayView *view, PlayState *state)
{
    const Layout *layout = &ui->frame.layout;
    int64_t beat_ns = view_beat_ns(&view->music);
    Rect row = {layout->width - layout->margin - RIGHT_COLUMN + 18.0F,
                layout->height - 178.0F - 16.0F,
                RIGHT_COLUMN - 36.0F,
                32.0F};
    const TeamEntry *team = view_own_team(model);

    if (!model->has_snapshot) {
        return;
    }
    draw_playing_line(ui, (Point){row.x, layout->height - 72.0F}, model, beat_ns);
    if (model->snapshot.active < 2) {
        return; /* one alone is not together with anybody */
    }
    if (team != NULL && team->members >= 2 && state->has_own_team) {
        draw_group_row(
            ui,
            row,
            &(GroupRow){.name = team->name,
                        .together = state->own_team,
                        .word = group_word_text(words_group_word((double)state->own_team, beat_ns)),
                        .own = true});
        row.y += 34.0F;
    }
    draw_group_row(ui,
                   row,
                   &(GroupRow){.name = "Everyone",
                               .together = state->ring.together,
                               .word = group_word_text(
                                   group_word_of((double)model->snapshot.sigma_us / 1000.0))});
    draw_star_line(ui, (Point){row.x, layout->height - 106.0F}, row.w, model);
}

static void draw_group_ring(Ui *ui,
                            Point center,
                            float radius,
                            const ClientModel *model,
                            const PlayView *view,
                            RingState *ring)
{
    view_ring(ui,
              &(RingView){.center = center,
                          .radius = radius,
                          .model = model,
                          .music = &view->music,
                          .labels = ui->frame.layout.size_class == LAYOUT_MEDIUM,
                          .calm_light = view->calm_light,
                          .hide_own = view->watching,
                          .selected_seat = RING_NOBODY,
                          .selected_team = RING_NOBODY},
              ring);
}

/* ---- size classes -----------------------------------------------------------------------------
 */

static void draw_medium(Ui *ui, const ClientModel *model, const PlayView *view, PlayState *state)
{
    const Layout *layout = &ui->frame.layout;
    float x = layout->margin;
    float width = layout->width - 536.0F;
    float bottom = layout->height;
    float radius = fminf(RING_RADIUS_MAX, (layout->height - 388.0F) / 2.0F);
    float ring_x = layout->width - layout->margin - RIGHT_COLUMN / 2.0F;

    play_lane(
        ui, (Rect){x, 72.0F, width, layout->height - 380.0F}, LANE_PENDULUM_MEDIUM, model, view);
    play_word_row(ui, (Rect){x, bottom - 297.0F, width, 60.0F}, TYPE_JUDGEMENT, model, view, state);
    draw_meter(ui, (Rect){x, bottom - 224.0F, width, 44.0F}, model, view);
    play_sentence(ui,
                  view->notice.shown ? (Rect){x, bottom - 132.0F, width, 72.0F}
                                     : (Rect){x, bottom - 126.0F, width, 60.0F},
                  model,
                  view,
                  state);
    draw_group_ring(ui, (Point){ring_x, 136.0F + radius}, radius, model, view, &state->ring);
    draw_group(ui, model, view, state);
}

static void draw_small(Ui *ui, const ClientModel *model, const PlayView *view, PlayState *state)
{
    const Layout *layout = &ui->frame.layout;
    float x = layout->margin;
    float bottom = layout->height;
    float ring_x = (x + LEFT_SMALL + layout->width) / 2.0F;

    play_lane(ui,
              (Rect){x, 66.0F, layout->width - 2.0F * x, layout->height - 376.0F},
              LANE_PENDULUM_SMALL,
              model,
              view);
    play_word_row(ui, (Rect){x, bottom - 301.0F, LEFT_SMALL, 48.0F}, 34.0F, model, view, state);
    draw_meter(ui, (Rect){x, bottom - 246.0F, LEFT_SMALL, 40.0F}, model, view);
    play_sentence(ui, (Rect){x, bottom - 148.0F, LEFT_SMALL, 84.0F}, model, view, state);
    draw_group_ring(
        ui, (Point){ring_x, bottom - 176.0F}, RING_RADIUS_SMALL, model, view, &state->ring);
    if (!view->watching && model->has_standing) {
        view_text(ui,
                  (Point){ring_x, bottom - 56.0F},
                  &(UiLabel){
                      .size_px = TYPE_HINT, .align = TEXT_CENTER, .colour = ui->frame.theme->text2},
                  words_where_you_are((Verdict)model->standing.verdict));
    }
}

/* There is no room for a sentence: it stands between "early" and "late". */
static void draw_tiny_words(
    Ui *ui, Rect row, const ClientModel *model, const PlayView *view, const PlayState *state)
{
    Meter meter = meter_of(model, view_beat_ns(&view->music));
    WordsText headline;
    WordsText detail;

    current_sentence(view, state, &headline, &detail);
    if (view->hidden_meter || view->watching || !is_playing(view)) {
        view_text(ui,
                  rect_center(row),
                  &(UiLabel){
                      .size_px = TYPE_HINT, .align = TEXT_CENTER, .colour = ui->frame.theme->text2},
                  headline.bytes);
        return;
    }
    if (!meter.calibrated) {
        meter_words(&meter, true, &headline);
    }
    view_meter_words(ui, row, &meter, headline.bytes);
}

static void draw_tiny(Ui *ui, const ClientModel *model, const PlayView *view, PlayState *state)
{
    const Layout *layout = &ui->frame.layout;
    float x = layout->margin;
    float width = layout->width - 2.0F * x;
    float bottom = layout->height;
    Rect bar = {x, bottom - 108.0F, width, 26.0F};
    Meter meter = meter_of(model, view_beat_ns(&view->music));

    play_lane(
        ui, (Rect){x, 60.0F, width, layout->height - 212.0F}, LANE_PENDULUM_TINY, model, view);
    play_word_row(
        ui, (Rect){x, bottom - 149.0F, width, 38.0F}, TYPE_TITLE - 3.0F, model, view, state);
    if (is_counting_in(view)) {
        draw_count(ui, bar, view);
    } else if (!view->hidden_meter && !view->watching) {
        view_meter(ui, bar, &meter);
    }
    if (view->notice.shown) {
        draw_notice(ui, (Rect){x, bottom - 66.0F, width, 62.0F}, &view->notice);
        return;
    }
    if (ui_toast(ui, (Rect){x, bottom - 68.0F, width, 34.0F})) {
        return;
    }
    draw_tiny_words(ui, (Rect){x, bottom - 63.0F, width, 22.0F}, model, view, state);
}

void play_minimal(
    Ui *ui, Rect page, const ClientModel *model, const PlayView *view, PlayState *state)
{
    Rect word = rect_cut_bottom(&page, fminf(48.0F, page.h * 0.4F));

    view_lane(ui,
              &(LaneView){.box = page,
                          .pendulum_share = LANE_PENDULUM_TINY,
                          .with_pendulum = page.h >= 120.0F,
                          .calm_light = view->calm_light,
                          .model = model,
                          .music = &view->music});
    play_word_row(ui, word, TYPE_TITLE - 3.0F, model, view, state);
}

/* In the small windows the bar says where the music is, and how together the group. */
static StatusBar
tiny_bar(const ClientModel *model, const PlayView *view, const PlayState *state, StatusWords *words)
{
    const ModelNow *music = &view->music;

    words_clear(&words->middle);
    words_clear(&words->subtitle);
    if (is_playing(view)) {
        words_add(&words->middle, "Bar ");
        words_add_number(&words->middle, music->bar.bar);
    } else {
        words_add(&words->middle, model->welcome.title);
    }
    if (music->tempo_mbpm > 0) {
        words_add_number(&words->subtitle, (music->tempo_mbpm + 500) / 1000);
        words_add(&words->subtitle, " BPM");
    }
    return (StatusBar){.title = words->middle.bytes,
                       .subtitle = words->subtitle.bytes,
                       .has_figure = model->has_snapshot && model->snapshot.active >= 2,
                       .figure = state->ring.figure};
}

static PlayAction action_of_keys(Ui *ui, const PlayView *view)
{
    if (ui_key_pressed(ui, UI_KEY_ESCAPE, 0)) {
        return PLAY_ACTION_MENU;
    }
    if (view->one_key) {
        return PLAY_ACTION_NONE;
    }
    if (ui_key_pressed(ui, UI_KEY_TAB, 0)) {
        return PLAY_ACTION_RING;
    }
    if (ui_shortcut(ui, 'm')) {
        return PLAY_ACTION_MAP;
    }
    return !view->watching && ui_shortcut(ui, 'h') ? PLAY_ACTION_HIDE_METER : PLAY_ACTION_NONE;
}

PlayAction screen_play(Ui *ui, const ClientModel *model, const PlayView *view, PlayState *state)
{
    LayoutClass size_class = ui->frame.layout.size_class;
    StatusWords words;
    StatusBar bar;
    bool menu;

    play_state_advance(state, model, &view->music, ui->frame.now_s, ui->frame.reduced_motion);
    if (size_class == LAYOUT_MINIMAL) {
        play_minimal(ui, rect_inset(layout_window(&ui->frame.layout), SPACE_2), model, view, state);
        return action_of_keys(ui, view);
    }
    bar = size_class == LAYOUT_TINY ? tiny_bar(model, view, state, &words)
                                    : status_of_session(model, &view->music, &words);
    bar.badge = view->practising ? NULL : bar.badge;
    menu = view_status_bar(ui, &bar);
    if (size_class == LAYOUT_MEDIUM) {
        draw_medium(ui, model, view, state);
    } else if (size_class == LAYOUT_SMALL) {
        draw_small(ui, model, view, state);
    } else {
        draw_tiny(ui, model, view, state);
    }
    if (size_class != LAYOUT_TINY || !view->notice.shown) {
        draw_hints(ui, view);
    }
    return menu ? PLAY_ACTION_MENU : action_of_keys(ui, view);
}
