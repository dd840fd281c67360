#include "client/desktop/key_repeat.h"

void key_repeat_release(KeyRepeat *key, uint32_t event_ms)
{
    key->down = key->down && !key->released;
    key->released = true;
    key->released_ms = event_ms;
}

bool key_repeat_press(KeyRepeat *key, uint32_t event_ms)
{
    const bool is_repeat = key->down && key->released && key->released_ms == event_ms;

    key->down = true;
    key->released = false;
    return !is_repeat;
}
