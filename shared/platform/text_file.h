/*
 * Files of lines that people edit and that programs add to.
 *
 * Not pure: asks the system about one open file.
 */
#ifndef SHARED_PLATFORM_TEXT_FILE_H
#define SHARED_PLATFORM_TEXT_FILE_H

#include <stdbool.h>

/*
 * Whether the file, open for reading, ends in the middle of a line: an editor left it so, or power
 * was lost. Whoever adds a line begins with an end of line then.
 */
bool text_file_ends_open(int file);

#endif
