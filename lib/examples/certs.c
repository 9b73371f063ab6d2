/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows the certificates of a message: certs <MESSAGE */
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
    reload_printer printer;
    reload_printer_init(&printer, 0, print_octets, stdout);
    printer.column = 12;
    for (uint32_t i = 0; err == RELOAD_OK && i < reload_msg_count(msg);
         i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        if (!reload_is_certificate(attr->type))
            continue;
        const uint8_t *cert = reload_msg_value_octets(msg, i, &len);
        reload_print_name(&printer, 0, attr->def->name, true);
        reload_print(&printer, "%u octets", (unsigned)len);
        reload_print_end_line(&printer);
        reload_print_cert(&printer, 1, cert, len);
    }
    reload_err printed = reload_printer_finish(&printer);
    err = err == RELOAD_OK ? printed : err;
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    reload_msg_free(&msg);
    return err == RELOAD_OK ? 0 : 4;
}
