/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of several certificates or CRLs. mbed TLS reads such files too, but does not report which
 * object is at fault. */
#include "x509/bundle.h"

#include "base/fault.h"
#include "crypto/encoding.h"

#include <stdio.h>
#include <stdlib.h>

#include <mbedtls/pem.h>

struct bundle {
    const char *label, *what;
    rl_bundle_taker *take;
    void *arg;
    reload_diag *diag;
};

static reload_err bundle_pass_on(const struct bundle *b, reload_span der, size_t number,
                                 size_t total)
{
    rl_bundled object = {.der = der, .number = number, .total = total};
    if (total > 1)
        (void)snprintf(object.which, sizeof object.which, "%s %zu of %zu", b->what, number, total);
    else
        (void)snprintf(object.which, sizeof object.which, "the %s", b->what);
    return b->take(b->arg, &object, b->diag);
}

/* Fails for a PEM object that mbed TLS cannot read. */
static reload_err fail_pem(const struct bundle *b, int failed, size_t number, size_t total)
{
    reload_err err = rl_parse_error(failed);
    if (failed == MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT)
        return RL_FAULT("files: a truncated PEM object") && number > 1
                   ? RELOAD_OK
                   : rl_fail(b->diag, RELOAD_ERR_SYNTAX, "%zu of %zu %ss can be read: truncated",
                             number - 1, total, b->what);
    if (err == RELOAD_ERR_MEMORY)
        return rl_fail_plain(b->diag, err);
    return rl_fail(b->diag, err, "%s %zu of %zu is not readable PEM (mbed TLS: -0x%04x)", b->what,
                   number, total, (unsigned)-failed);
}

/* text ends with a NUL. */
static reload_err read_pem(const struct bundle *b, const uint8_t *text, size_t total)
{
    char head[64], foot[64];
    reload_err err = RELOAD_OK;
    (void)snprintf(head, sizeof head, "-----BEGIN %s-----", b->label);
    (void)snprintf(foot, sizeof foot, "-----END %s-----", b->label);
    if (total == 0)
        return rl_fail(b->diag, RELOAD_ERR_SYNTAX, "not a readable %s: no \"%s\" in PEM", b->what,
                       head);
    for (size_t number = 1; number <= total && err == RELOAD_OK; number++) {
        mbedtls_pem_context pem;
        size_t used = 0;
        mbedtls_pem_init(&pem);
        int failed = mbedtls_pem_read_buffer(&pem, head, foot, text, NULL, 0, &used);
        err = failed != 0 ? fail_pem(b, failed, number, total)
                          : bundle_pass_on(b, (reload_span){pem.buf, pem.buflen}, number, total);
        mbedtls_pem_free(&pem);
        if (failed != 0)
            break;
        text += used;
    }
    return err;
}

reload_err rl_bundle_read(reload_span file, const char *label, const char *what,
                          rl_bundle_taker *take, void *arg, reload_diag *diag)
{
    const struct bundle b = {label, what, take, arg, diag};
    size_t len = file.len;
    uint8_t *text = rl_pem_or_der(file.octets, &len);
    if (text == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    reload_err err = rl_check_encoding(file.octets, file.len, what, diag);
    if (err == RELOAD_OK && len != file.len)
        err = read_pem(&b, text, rl_pem_count(text, file.len, label));
    else if (err == RELOAD_OK && (err = rl_check_der_end(text, len, what, diag)) == RELOAD_OK)
        err = bundle_pass_on(&b, (reload_span){text, len}, 1, 1);
    rl_pem_or_der_free(text, file.len);
    return err;
}
