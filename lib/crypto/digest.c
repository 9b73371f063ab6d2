/* SPDX-License-Identifier: BSD-2-Clause */
/* Digests (FIPS 180-4, RFC 1321), HMAC (RFC 2104). */
#include "crypto/digest.h"
#include "crypto/mac.h"
#include "crypto/pk.h"

#include <stdlib.h>

#include <mbedtls/constant_time.h>
#include <mbedtls/md.h>

static const mbedtls_md_type_t types[RELOAD_MDS] = {
    [RELOAD_MD_SHA1] = MBEDTLS_MD_SHA1,     [RELOAD_MD_MD5] = MBEDTLS_MD_MD5,
    [RELOAD_MD_SHA224] = MBEDTLS_MD_SHA224, [RELOAD_MD_SHA256] = MBEDTLS_MD_SHA256,
    [RELOAD_MD_SHA384] = MBEDTLS_MD_SHA384, [RELOAD_MD_SHA512] = MBEDTLS_MD_SHA512,
};

mbedtls_md_type_t rl_md_type(reload_md md)
{
    return (unsigned)md < RELOAD_MDS ? types[md] : MBEDTLS_MD_NONE;
}

static const mbedtls_md_info_t *md_info(reload_md md)
{
    return mbedtls_md_info_from_type(rl_md_type(md));
}

static reload_err md_error(int failed)
{
    if (failed == 0)
        return RELOAD_OK;
    return failed == MBEDTLS_ERR_MD_ALLOC_FAILED ? RELOAD_ERR_MEMORY : RELOAD_ERR_CRYPTO;
}

size_t reload_md_size(reload_md md)
{
    return mbedtls_md_get_size(md_info(md)); /* 0 for NULL */
}

reload_err reload_digest(reload_md md, const reload_span *spans, size_t count, uint8_t *digest)
{
    mbedtls_md_context_t context;
    mbedtls_md_init(&context);
    int failed = mbedtls_md_setup(&context, md_info(md), 0);
    if (failed == 0)
        failed = mbedtls_md_starts(&context);
    for (size_t i = 0; i < count && failed == 0; i++)
        if (spans[i].len > 0)
            failed = mbedtls_md_update(&context, spans[i].octets, spans[i].len);
    if (failed == 0)
        failed = mbedtls_md_finish(&context, digest);
    mbedtls_md_free(&context);
    return md_error(failed);
}

struct rl_mac {
    mbedtls_md_context_t md; /* between two digests: already started with the key */
};

reload_err rl_mac_new(reload_md md, const uint8_t *key, size_t len, rl_mac **mac)
{
    *mac = calloc(1, sizeof **mac);
    if (*mac == NULL)
        return RELOAD_ERR_MEMORY;
    mbedtls_md_init(&(*mac)->md);
    int failed = mbedtls_md_setup(&(*mac)->md, md_info(md), 1);
    if (failed == 0)
        failed = mbedtls_md_hmac_starts(&(*mac)->md, key, len);
    if (failed != 0)
        rl_mac_free(mac);
    return md_error(failed);
}

void rl_mac_free(rl_mac **mac)
{
    if (mac == NULL || *mac == NULL)
        return;
    mbedtls_md_free(&(*mac)->md); /* wipes what it frees */
    free(*mac);
    *mac = NULL;
}

reload_err rl_mac_digest(rl_mac *mac, const reload_span *spans, size_t count, uint8_t *digest)
{
    bool failed = false;
    for (size_t i = 0; i < count && !failed; i++)
        if (spans[i].len > 0)
            failed = mbedtls_md_hmac_update(&mac->md, spans[i].octets, spans[i].len) != 0;
    failed = failed || mbedtls_md_hmac_finish(&mac->md, digest) != 0;
    /* after a failure too: no octets may remain for the next digest */
    failed = mbedtls_md_hmac_reset(&mac->md) != 0 || failed;
    return failed ? RELOAD_ERR_CRYPTO : RELOAD_OK;
}

reload_err reload_hmac(reload_md md, reload_span key, const reload_span *spans, size_t count,
                       uint8_t *digest)
{
    rl_mac *mac;
    reload_err err = rl_mac_new(md, key.octets, key.len, &mac);
    if (err == RELOAD_OK)
        err = rl_mac_digest(mac, spans, count, digest);
    rl_mac_free(&mac);
    return err;
}

bool rl_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return mbedtls_ct_memcmp(a, b, len) == 0;
}
