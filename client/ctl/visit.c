#include "client/ctl/visit.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

#include "client/model/refusal_sentence.h"
#include "shared/platform/host_clock.h"

/* Who is here comes in pages: quiet for so long, it is complete. */
#define ROSTER_QUIET_NS (250 * NS_PER_MS)
#define ROSTER_WAIT_NS (600 * NS_PER_MS)
/* Teams are told once a second. */
#define TEAMS_PERIOD_NS (1200 * NS_PER_MS)
#define GOODBYE_NS (500 * NS_PER_MS)

static volatile sig_atomic_t interrupted;

void visit_interrupt(void)
{
    interrupted = 1;
}

static void hear(void *owner, HostTime now, const Message *message)
{
    Visit *visit = owner;

    if (message->type == MESSAGE_ROSTER || message->type == MESSAGE_WELCOME) {
        visit->roster_at = now;
    }
    visit->has_map = visit->has_map || message->type == MESSAGE_MAP;
}

void visit_begin(Visit *visit, const Link *address, const char *password)
{
    ModelConfig config = {.observer = true, .facilitates = address->has_token};
    HostTime now = host_clock_now();

    memcpy(config.code, address->code, sizeof config.code);
    memcpy(config.facilitator_token, address->facilitator_token, TOKEN_BYTES);
    if (!address->has_token) {
        memcpy(config.password, password, strlen(password) + 1);
    }
    model_init(&visit->model, &config, &visit->others, now);
    outbox_init(&visit->outbox);
    session_link_init(&visit->link, &visit->model, &visit->outbox, address, (uint64_t)now.ns);
    visit->link.listener = hear;
    visit->link.owner = visit;
}

/* One turn: waits for the socket or the next thing due, then services the link. */
static HostTime turn(Visit *visit)
{
    struct pollfd descriptor = {.fd = session_link_socket(&visit->link), .events = POLLIN};
    HostTime now = host_clock_now();
    int64_t wait_ns = session_link_due(&visit->link).ns - now.ns;

    if (wait_ns > 0) {
        (void)poll(&descriptor, 1, (int)div_ceil(wait_ns, NS_PER_MS));
        now = host_clock_now();
    }
    (void)session_link_service(&visit->link, now);
    return now;
}

VisitOutcome visit_wait(Visit *visit,
                        VisitCondition condition,
                        const void *wish,
                        uint32_t refusals_before,
                        int64_t timeout_ns)
{
    HostTime now = host_clock_now();
    int64_t until_ns = now.ns + timeout_ns;

    while (interrupted == 0) {
        if (visit->model.refusal_count != refusals_before) {
            return VISIT_REFUSED;
        }
        if (condition(visit, now, wish)) {
            return VISIT_DONE;
        }
        if (now.ns >= until_ns || session_link_is_over(&visit->link)) {
            return VISIT_NO_ANSWER;
        }
        now = turn(visit);
    }
    return VISIT_INTERRUPTED;
}

static int people_known(const ModelOthers *others)
{
    int count = 0;

    for (int i = 0; i < others->seat_count; i++) {
        uint8_t presence = others->roster[i].presence;

        count += (presence & PRESENCE_TAKEN) != 0 && (presence & PRESENCE_OBSERVER) == 0 ? 1 : 0;
    }
    return count;
}

bool visit_knows_music(Visit *visit, HostTime now, const void *wish)
{
    const ClientModel *model = &visit->model;
    ModelNow music = model_now(model, now);

    (void)wish;
    return model->phase == MODEL_JOINED && model->has_snapshot && music.known &&
           music.groove != NULL && model->catalogue_total > 0;
}

/* Those who are away are not counted by the snapshot: they have been heard of when it is quiet. In
   a crowd it never is. */
bool visit_knows_people(Visit *visit, HostTime now, const void *wish)
{
    if (visit->model.phase == MODEL_JOINED && !model_sees_people(&visit->model)) {
        return visit_knows_music(visit, now, wish) &&
               now.ns - visit->model.since.ns > TEAMS_PERIOD_NS &&
               (model_privacy(&visit->model) != PRIVACY_TEAMS || visit->others.crowd_refresh > 0);
    }
    if (!visit_knows_music(visit, now, wish) || !visit->has_map ||
        people_known(&visit->others) < visit->model.snapshot.joined) {
        visit->has_people = false;
        return false;
    }
    if (!visit->has_people) {
        visit->has_people = true;
        visit->people_at = now;
    }
    return now.ns - visit->roster_at.ns > ROSTER_QUIET_NS ||
           now.ns - visit->people_at.ns > ROSTER_WAIT_NS;
}

const char *visit_problem(const Visit *visit, VisitOutcome outcome)
{
    switch (outcome) {
    case VISIT_REFUSED:
        return refusal_sentence(visit->model.refusal.reason);
    case VISIT_NO_ANSWER:
        if (visit->link.problem.reason[0] != '\0') {
            return visit->link.problem.reason;
        }
        return visit->model.has_seat
                   ? "The server did not answer in time. Please look at the status and try again."
                   : "Nobody answers at this address. Is the server running, and the link right?";
    case VISIT_INTERRUPTED:
        return "Interrupted.";
    case VISIT_DONE:
        break;
    }
    return "";
}

void visit_end(Visit *visit)
{
    HostTime now = host_clock_now();
    int64_t until_ns = now.ns + GOODBYE_NS;

    session_link_leave(&visit->link, now);
    while (!session_link_is_over(&visit->link) && now.ns < until_ns) {
        now = turn(visit);
    }
    session_link_finish(&visit->link);
}
