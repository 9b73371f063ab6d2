/* SPDX-License-Identifier: BSD-2-Clause */
/* Converts a message from binary to JSON or back: convert <INPUT */
#include <reload.h>

#include <stdio.h>

static int print_octets(void *arg, const void *octets, size_t len)
{
    return fwrite(octets, 1, len, (FILE *)arg) == len ? 0 : -1;
}

static reload_err write_json(const char *octets, size_t len,
                             reload_diag *diag)
{
    reload_msg *msg = reload_msg_new();
    reload_err err =
        msg == NULL
            ? RELOAD_ERR_MEMORY
            : reload_msg_parse(msg, (const uint8_t *)octets, len, diag);
    if (err == RELOAD_OK)
        err = reload_json_write(msg, NULL, RELOAD_PRETTY, print_octets,
                                stdout);
    if (err == RELOAD_OK)
        printf("\n"); /* the library writes no newline after JSON */
    reload_msg_free(&msg);
    return err;
}

static reload_err write_binary(const char *octets, size_t len,
                               reload_diag *diag)
{
    reload_buf out = {NULL, 0, 0, RELOAD_OK};
    reload_err err = reload_json_read(octets, len, &out, diag);
    if (err == RELOAD_OK &&
        print_octets(stdout, out.octets, out.len) != 0)
        err = RELOAD_ERR_WRITE;
    reload_buf_free(&out);
    return err;
}

int main(void)
{
    static char octets[65536];
    size_t len = fread(octets, 1, sizeof octets, stdin);
    reload_diag diag;
    reload_err err = len > 0 && octets[0] == '{'
                         ? write_binary(octets, len, &diag)
                         : write_json(octets, len, &diag);
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    return err == RELOAD_OK ? 0 : 4;
}
