/* Runs one compiled kernel on buffers from a file, and writes them back. The file has 64-bit numbers: threads, the number
 * of buffers, their bytes, the number of the kernel's arguments, for each its buffer or -1 and its place in it or its
 * value; then the buffers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void RUN(void *arguments, int threads);

static int64_t number(FILE *file) {
    int64_t value;
    if (fread(&value, 8, 1, file) != 1) exit(3);
    return value;
}

int main(int count, char **paths) {
    FILE *file = fopen(paths[1], "r+b");
    if (count != 2 || !file) return 2;
    int threads = (int)number(file);
    int64_t buffers = number(file), sizes[16], arguments[128];
    char *memory[16];
    for (int n = 0; n < buffers; n++) sizes[n] = number(file), memory[n] = aligned_alloc(64, (sizes[n] + 63) / 64 * 64);
    int64_t fields = number(file);
    for (int n = 0; n < fields; n++) {
        int64_t buffer = number(file), value = number(file);
        arguments[n] = buffer < 0 ? value : (int64_t)(memory[buffer] + value);
    }
    long start = ftell(file);
    for (int n = 0; n < buffers; n++) if (fread(memory[n], 1, sizes[n], file) != (size_t)sizes[n]) return 3;
    RUN(arguments, threads);
    fseek(file, start, SEEK_SET);
    for (int n = 0; n < buffers; n++) fwrite(memory[n], 1, sizes[n], file);
    return fclose(file);
}
