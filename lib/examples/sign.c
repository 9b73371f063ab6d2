/* SPDX-License-Identifier: BSD-2-Clause */
/* Signs a message in JSON under a shared secret: sign SECRET <JSON
 * >MESSAGE */
#include <reload.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Reads the secret, signs the message in unsigned_octets, and appends it
 * to out. */
static reload_err sign_octets(const char *secret_file,
                              const reload_buf *unsigned_octets,
                              reload_buf *out, reload_diag *diag)
{
    uint8_t octets[256];
    FILE *file = fopen(secret_file, "rb");
    size_t len =
        file == NULL ? 0 : fread(octets, 1, sizeof octets, file);
    if (file != NULL)
        fclose(file);

    reload_buf secret = {NULL, 0, 0, RELOAD_OK};
    reload_signer *signer = reload_signer_new(RELOAD_SECURITY_HMAC);
    reload_msg *msg = reload_msg_new();
    reload_err err =
        signer == NULL || msg == NULL
            ? RELOAD_ERR_MEMORY
            : reload_secret_parse(octets, len, &secret, diag);
    if (err == RELOAD_OK)
        err =
            reload_signer_set_secret(signer, secret.octets, secret.len);
    if (err == RELOAD_OK)
        err = reload_msg_parse(msg, unsigned_octets->octets,
                               unsigned_octets->len, diag);
    if (err == RELOAD_OK) {
        reload_sign_options options;
        memset(&options, 0, sizeof options);
        options.size = sizeof options;
        options.time = time(NULL);
        options.flags = RELOAD_SIGN_TIMESTAMP;
        err = reload_sign(signer, msg, &options, out, diag);
    }
    reload_msg_free(&msg);
    reload_signer_free(&signer);
    reload_buf_free(&secret);
    return err;
}

int main(int argc, char **argv)
{
    static char json[65536];
    size_t len = fread(json, 1, sizeof json, stdin);
    reload_buf message = {NULL, 0, 0, RELOAD_OK},
               out = {NULL, 0, 0, RELOAD_OK};
    reload_diag diag;
    memset(&diag, 0, sizeof diag);

    reload_err err = argc == 2
                         ? reload_json_read(json, len, &message, &diag)
                         : RELOAD_ERR_ARGUMENT;
    if (err == RELOAD_OK)
        err = sign_octets(argv[1], &message, &out, &diag);
    if (err == RELOAD_OK &&
        fwrite(out.octets, 1, out.len, stdout) != out.len)
        err = RELOAD_ERR_WRITE;
    if (err != RELOAD_OK)
        fprintf(stderr, "%s: %s\n", reload_strerror(err), diag.text);
    reload_buf_free(&message);
    reload_buf_free(&out);
    return err == RELOAD_OK ? 0 : 4;
}
