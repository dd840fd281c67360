/* Learning when frames are asked for: examples with virtual callbacks, then how near it gets. */
#include "client/desktop/frame_clock.h"
#include "shared/prng.h"
#include "tests/support/check.h"

#include <math.h>

enum {
    RATE_HZ = 48000,
    BLOCK_FRAMES = 256
};

/* A device that really runs `skew_ppm` slow, and whose callbacks come late. */
typedef struct {
    FrameClock clock;
    Prng prng;
    double skew_ppm;
    double late_ms;  /* mean, exponential */
    double shift_ms; /* of an xrun */
    int64_t frame;
} Device;

static const int64_t START_NS = INT64_C(123456789012345);

static void device_init(Device *device, double skew_ppm, double late_ms, uint64_t seed)
{
    *device = (Device){.skew_ppm = skew_ppm, .late_ms = late_ms};
    frame_clock_init(&device->clock, RATE_HZ);
    prng_seed(&device->prng, seed);
}

/* When the device really asks for a frame, were nothing late. */
static int64_t truth_ns(const Device *device, int64_t frame)
{
    const double elapsed_s = (double)frame / RATE_HZ * (1.0 + device->skew_ppm * 1e-6);

    return START_NS + llround(elapsed_s * 1e9 + device->shift_ms * 1e6);
}

static void run(Device *device, double seconds)
{
    const int64_t end = device->frame + (int64_t)(seconds * RATE_HZ);

    while (device->frame < end) {
        const double late_ms =
            device->late_ms > 0.0 ? prng_exponential(&device->prng, device->late_ms) : 0.0;
        const int64_t at_ns = truth_ns(device, device->frame) + llround(late_ms * 1e6);

        frame_clock_observe(&device->clock, device->frame, (HostTime){at_ns});
        device->frame += BLOCK_FRAMES;
    }
}

static double error_ms(const Device *device)
{
    const int64_t frame = device->frame + RATE_HZ / 4;

    return (double)(frame_clock_host(&device->clock, frame).ns - truth_ns(device, frame)) / 1e6;
}

static void the_first_callback_is_the_first_guess(void **state)
{
    FrameClock clock;

    (void)state;
    frame_clock_init(&clock, RATE_HZ);
    frame_clock_observe(&clock, 1000, (HostTime){5 * NS_PER_S});
    check_i64(frame_clock_host(&clock, 1000).ns, 5 * NS_PER_S);
    check_i64(frame_clock_host(&clock, 1000 + RATE_HZ).ns, 6 * NS_PER_S);
    check_i64(frame_clock_frame(&clock, (HostTime){5 * NS_PER_S + NS_PER_S / 2}), 25000);
    check(!frame_clock_is_settled(&clock));
}

static void punctual_callbacks_give_exact_frames(void **state)
{
    Device device;

    (void)state;
    device_init(&device, 0.0, 0.0, 1);
    run(&device, 30.0);
    for (int64_t frame = device.frame; frame < device.frame + 5000; frame++) {
        check_i64(frame_clock_frame(&device.clock, (HostTime){truth_ns(&device, frame)}), frame);
    }
    check(frame_clock_is_settled(&device.clock));
    check_u64(device.clock.step_count, 0);
}

static void frames_and_times_are_inverse(void **state)
{
    Device device;

    (void)state;
    device_init(&device, 80.0, 0.5, 2);
    run(&device, 20.0);
    for (int64_t frame = 0; frame < device.frame * 2; frame += 997) {
        check_i64(frame_clock_frame(&device.clock, frame_clock_host(&device.clock, frame)), frame);
    }
}

static void late_callbacks_do_not_move_it(void **state)
{
    Device device;
    double worst_ms = 0.0;

    (void)state;
    device_init(&device, 0.0, 0.5, check_seed(3));
    run(&device, 2.0);
    for (int second = 0; second < 60; second++) {
        device.late_ms = second % 20 < 10 ? 0.3 : 3.0; /* the machine gets busy, and rests */
        run(&device, 1.0);
        worst_ms = fmax(worst_ms, fabs(error_ms(&device)));
    }
    print_message("worst error with callbacks 0.3 to 3 ms late: %.3f ms\n", worst_ms);
    check_between(worst_ms, 0.0, 0.2);
    check_u64(device.clock.step_count, 0);
}

static void the_devices_own_rate_is_learned(void **state)
{
    Device device;

    (void)state;
    device_init(&device, 60.0, 0.2, check_seed(4));
    run(&device, 30.0);
    print_message("error at 60 ppm after 30 s: %.4f ms\n", error_ms(&device));
    check_near(error_ms(&device), 0.0, 0.05);
    check_near(frame_clock_rate_hz(&device.clock), RATE_HZ * (1.0 - 60e-6), RATE_HZ * 10e-6);
    for (int i = 0; i < 100; i++) {
        run(&device, 0.5);
        check_near(error_ms(&device), 0.0, 0.1);
    }
}

static void it_is_settled_a_second_after_the_start(void **state)
{
    Device device;

    (void)state;
    device_init(&device, 0.0, 0.1, 5);
    run(&device, 0.9);
    check(!frame_clock_is_settled(&device.clock));
    run(&device, 0.2);
    check(frame_clock_is_settled(&device.clock));
}

static void lost_frames_are_noticed_within_half_a_second(void **state)
{
    Device device;

    (void)state;
    device_init(&device, 20.0, 0.2, check_seed(6));
    run(&device, 15.0);
    device.shift_ms = 10.7; /* two blocks went missing */
    run(&device, 0.55);
    check_near(error_ms(&device), 0.0, 0.3);
    check_u64(device.clock.step_count, 1);
    check(!frame_clock_is_settled(&device.clock));
    run(&device, 1.1);
    check(frame_clock_is_settled(&device.clock));
    run(&device, 10.0);
    check_near(error_ms(&device), 0.0, 0.1);
    check_u64(device.clock.step_count, 1);
}

static void a_long_stall_is_noticed_at_once(void **state)
{
    Device device;

    (void)state;
    device_init(&device, 0.0, 0.2, check_seed(8));
    run(&device, 5.0);
    device.shift_ms = 1500.0;
    run(&device, 0.01);
    check_u64(device.clock.step_count, 1);
    check(!frame_clock_is_trusted(&device.clock));
    run(&device, 0.2);
    check(frame_clock_is_trusted(&device.clock));
    check_near(error_ms(&device), 0.0, 0.5);
}

static void one_late_callback_is_no_step(void **state)
{
    Device device;

    (void)state;
    device_init(&device, 0.0, 0.2, 9);
    run(&device, 5.0);
    frame_clock_observe(
        &device.clock, device.frame, (HostTime){truth_ns(&device, device.frame) + 60 * NS_PER_MS});
    device.frame += BLOCK_FRAMES;
    check(frame_clock_is_settled(&device.clock));
    run(&device, 0.5);
    check_u64(device.clock.step_count, 0);
    check_near(error_ms(&device), 0.0, 0.1);
}

static void a_hasty_start_is_forgotten(void **state)
{
    FrameClock clock;
    const int64_t start_ns = 1000 * NS_PER_MS;
    int64_t frame = 0;

    (void)state;
    /* The device fills its buffer, thinks for 1.3 s, and then runs. */
    frame_clock_init(&clock, RATE_HZ);
    for (int64_t us = 0; us < 4; us++) {
        frame_clock_observe(&clock, frame, (HostTime){start_ns + us * NS_PER_US});
        frame += BLOCK_FRAMES;
    }
    for (int i = 0; i < 1000; i++) {
        const int64_t nominal_ns = (int64_t)i * BLOCK_FRAMES * NS_PER_S / RATE_HZ;

        frame_clock_observe(&clock, frame, (HostTime){start_ns + 1300 * NS_PER_MS + nominal_ns});
        frame += BLOCK_FRAMES;
    }
    check(frame_clock_is_settled(&clock));
    check_near((double)(frame_clock_host(&clock, frame).ns - start_ns - 1300 * NS_PER_MS) / 1e6,
               1000.0 * BLOCK_FRAMES / RATE_HZ * 1e3,
               0.01);
    check_u64(clock.step_count, 0);
}

static void ten_hours_lose_no_precision(void **state)
{
    FrameClock clock;
    const int64_t late = INT64_C(36000) * RATE_HZ;

    (void)state;
    frame_clock_init(&clock, RATE_HZ);
    for (int64_t frame = 0; frame < RATE_HZ; frame += BLOCK_FRAMES) {
        frame_clock_observe(&clock, frame, (HostTime){START_NS + frame * NS_PER_S / RATE_HZ});
    }
    for (int64_t frame = late; frame < late + INT64_C(12) * RATE_HZ; frame += BLOCK_FRAMES) {
        frame_clock_observe(&clock, frame, (HostTime){START_NS + frame * NS_PER_S / RATE_HZ});
    }
    for (int64_t frame = late; frame < late + RATE_HZ; frame += 11) {
        check_i64(frame_clock_frame(&clock, (HostTime){START_NS + frame * NS_PER_S / RATE_HZ}),
                  frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_callback_is_the_first_guess),
        cmocka_unit_test(punctual_callbacks_give_exact_frames),
        cmocka_unit_test(frames_and_times_are_inverse),
        cmocka_unit_test(late_callbacks_do_not_move_it),
        cmocka_unit_test(the_devices_own_rate_is_learned),
        cmocka_unit_test(it_is_settled_a_second_after_the_start),
        cmocka_unit_test(lost_frames_are_noticed_within_half_a_second),
        cmocka_unit_test(a_long_stall_is_noticed_at_once),
        cmocka_unit_test(one_late_callback_is_no_step),
        cmocka_unit_test(a_hasty_start_is_forgotten),
        cmocka_unit_test(ten_hours_lose_no_precision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
