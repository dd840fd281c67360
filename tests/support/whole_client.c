#include "tests/support/whole_client.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/check.h"

void whole_client_open(WholeClient *client, HostTime now)
{
    AppError error;

    (void)snprintf(client->folder, sizeof client->folder, "/tmp/onedrum-client-XXXXXX");
    check(mkdtemp(client->folder) != NULL);
    (void)snprintf(
        client->settings_path, sizeof client->settings_path, "%s/settings.ini", client->folder);
    client->options = (Options){.headless = true,
                                .width = 1280,
                                .height = 720,
                                .audio = AUDIO_NULL,
                                .name = "Cleo",
                                .config = client->settings_path,
                                .data = client->folder};
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    check(SDL_Init(SDL_INIT_VIDEO) == 0);
    client->app = app_create(&client->options, now, &error);
    check(client->app != NULL);
}

bool whole_client_close(WholeClient *client)
{
    static const char *const files[] = {"settings.ini", "history.jsonl", "seats"};
    char path[sizeof client->folder + 32];

    app_destroy(client->app);
    SDL_Quit();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", client->folder, files[i]);
        (void)unlink(path);
    }
    return rmdir(client->folder) == 0;
}

void whole_client_frame(WholeClient *client, HostTime now, float text_size)
{
    App *app = client->app;
    TextMetrics metrics;
    UiFrame frame;

    app->layout = layout_of(client->options.width, client->options.height, text_size);
    window_set_scale(app->window, app->layout.scale);
    metrics = window_metrics(app->window);
    draw_list_clear(&app->draw);
    frame = (UiFrame){.draw = &app->draw,
                      .theme = theme_of(THEME_DARK),
                      .metrics = &metrics,
                      .layout = app->layout,
                      .now_s = (double)now.ns / (double)NS_PER_S};
    ui_begin(&app->ui, &frame);
    app_emit_screen(app, now);
    app->output = ui_end(&app->ui);
}
