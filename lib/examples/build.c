/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds a PEER-SEARCH request without signatures: build >MESSAGE */
#include <reload.h>

#include <stdio.h>

int main(void)
{
    static const uint8_t source[RELOAD_ID_SIZE] = {0x46, 0x3a, 0xc4,
                                                   0x13, 0xc4};
    static const uint8_t destination[RELOAD_ID_SIZE] = {0xa6, 0xc5, 0x92,
                                                        0x7a, 0x45};
    reload_buf buf = {NULL, 0, 0, RELOAD_OK};
    reload_builder builder;

    reload_build_begin(&builder, &buf, NULL);
    reload_build_field(&builder, RELOAD_F_METHOD, RELOAD_PEER_SEARCH);
    reload_build_field(&builder, RELOAD_F_SECURITY,
                       RELOAD_SECURITY_HMAC);
    reload_build_field(&builder, RELOAD_F_OVERLAY,
                       reload_overlay_id("chat"));
    reload_build_field_octets(&builder, RELOAD_F_SOURCE_ID, source);
    reload_build_field_octets(&builder, RELOAD_F_DESTINATION_ID,
                              destination);
    reload_build_open(&builder, RELOAD_A_SOURCE_INFO);
    reload_build_octets(&builder, RELOAD_A_PEER_ID, source,
                        sizeof source);
    reload_build_close(&builder);
    /* the first error of all these calls */
    reload_err err = reload_build_end(&builder);

    if (err == RELOAD_OK &&
        fwrite(buf.octets, 1, buf.len, stdout) != buf.len)
        err = RELOAD_ERR_WRITE;
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    reload_buf_free(&buf);
    return err == RELOAD_OK ? 0 : 4;
}
