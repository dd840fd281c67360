#include "shared/platform/text_file.h"

#include <unistd.h>

bool text_file_ends_open(int file)
{
    char last = '\n';
    const off_t end = lseek(file, 0, SEEK_END);

    return end > 0 && pread(file, &last, 1, end - 1) == 1 && last != '\n';
}
