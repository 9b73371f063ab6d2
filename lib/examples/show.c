/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows a message as reload-dump does: show <MESSAGE */
#include <reload.h>

#include <stdio.h>

static int print_octets(void *arg, const void *octets, size_t len)
{
    return fwrite(octets, 1, len, (FILE *)arg) == len ? 0 : -1;
}

int main(void)
{
    static uint8_t octets[65536];
    size_t len = fread(octets, 1, sizeof octets, stdin);
    reload_msg *msg = reload_msg_new();
    reload_err err = msg == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_msg_parse(msg, octets, len, NULL);
    if (err == RELOAD_OK)
        err = reload_text_write(msg, NULL, 0, print_octets, stdout);
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    reload_msg_free(&msg);
    return err == RELOAD_OK ? 0 : 4;
}
