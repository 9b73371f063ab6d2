/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a harness with each file on the command line, and with each file in its directories. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int print_errno(const char *path)
{
    (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return -1;
}

static int run_file(const char *path)
{
    uint8_t chunk[4096];
    reload_buf buf = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return print_errno(path);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        reload_buf_append(&buf, chunk, n);
    int bad = ferror(file) != 0 || buf.err != RELOAD_OK ? print_errno(path) : 0;
    (void)fclose(file);
    if (bad == 0) {
        (void)printf("%s\n", path);
        (void)fflush(stdout); /* if the harness aborts, the last line names the input */
        uint8_t *exact =
            malloc(buf.len > 0 ? buf.len : 1); /* AddressSanitizer checks its exact size */
        if (exact == NULL)
            bad = print_errno(path);
        else if (buf.len > 0)
            memcpy(exact, buf.octets, buf.len);
        if (exact != NULL)
            (void)LLVMFuzzerTestOneInput(exact, buf.len);
        free(exact);
    }
    reload_buf_free(&buf);
    return bad == 0 ? 1 : -1;
}

/* Returns the number of inputs run, or -1. */
static int run_path(const char *path)
{
    struct stat st;
    int count = 0;
    if (stat(path, &st) != 0)
        return print_errno(path);
    if (!S_ISDIR(st.st_mode))
        return run_file(path);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return print_errno(path);
    for (const struct dirent *entry; count >= 0 && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        size_t size = strlen(path) + strlen(entry->d_name) + 2;
        char *inner = malloc(size);
        if (inner == NULL) {
            count = print_errno(path);
            break;
        }
        (void)snprintf(inner, size, "%s/%s", path, entry->d_name);
        int n = run_path(inner);
        count = n < 0 ? -1 : count + n;
        free(inner);
    }
    (void)closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        int n = run_path(argv[i]);
        if (n < 0)
            return 1;
        count += n;
    }
    (void)printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
