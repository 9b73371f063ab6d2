/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a binary message as JSON, or as text for people: convert
 * json|text <MESSAGE */
#include <reload.h>

#include <stdio.h>
#include <string.h>

static int write_octets(void *arg, const void *octets, size_t len)
{
    return fwrite(octets, 1, len, (FILE *)arg) == len ? 0 : -1;
}

int main(int argc, char **argv)
{
    static uint8_t octets[65536];
    size_t len = fread(octets, 1, sizeof octets, stdin);
    bool json = argc == 2 && strcmp(argv[1], "json") == 0;
    reload_msg *msg = reload_msg_new();
    reload_err err = msg == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_msg_parse(msg, octets, len, NULL);

    if (err == RELOAD_OK && json) {
        err = reload_json_write(msg, NULL, RELOAD_PRETTY, write_octets,
                                stdout);
        printf("\n"); /* the library writes no newline after JSON */
    } else if (err == RELOAD_OK) {
        err = reload_text_write(msg, NULL, 0, write_octets, stdout);
    }
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    reload_msg_free(&msg);
    return err == RELOAD_OK ? 0 : 4;
}
