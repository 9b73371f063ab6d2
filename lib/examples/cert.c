/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows for whom a certificate is, and until when: cert <CERTIFICATE */
#include <reload.h>

#include <stdio.h>

int main(void)
{
    static uint8_t octets[65536];
    size_t len = fread(octets, 1, sizeof octets, stdin);
    reload_cert *cert;
    reload_diag diag;
    if (reload_cert_parse(octets, len, &cert, &diag) != RELOAD_OK) {
        fprintf(stderr, "%s\n", diag.text);
        return 4;
    }

    char until[RELOAD_TIME_SIZE];
    reload_time_text(reload_cert_not_after(cert) / RELOAD_SECOND, until);
    printf("%s, until %s\n", reload_cert_subject(cert), until);
    for (size_t i = 0; i < reload_cert_names(cert); i++) {
        const reload_cert_name *name = reload_cert_name_at(cert, i);
        char id[2 * RELOAD_ID_SIZE];
        reload_hex_encode(name->id, sizeof name->id, id);
        if (name->peer)
            printf("peer %.*s of overlay %s\n", (int)sizeof id, id,
                   name->text);
        else
            printf("user %s\n", name->text);
    }
    reload_cert_free(&cert);
    return 0;
}
