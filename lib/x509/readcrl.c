/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the CRLs that a CA has issued before: their entries and numbers. */
#include "x509/asn1write.h"
#include "x509/bundle.h"
#include "x509/der.h"
#include "x509/trust.h"

#include <stdlib.h>

struct reload_crl {
    mbedtls_x509_crl list; /* of the whole file; the entries' serial numbers are in it */
    reload_crl_number number;
    reload_time next_update;
    reload_revocation *entries;
    size_t count;
    size_t cap;
};

/* An INTEGER or ENUMERATED that is the whole of a value. */
static bool read_integer(rl_der value, int tag, reload_span *integer)
{
    rl_der octets;
    if (!rl_der_take(&value, tag, &octets, NULL) || !rl_der_done(&value))
        return false;
    *integer = rl_der_left(&octets);
    return integer->len > 0;
}

/* Raises the number to that of another CRL, if that has one of at most 20 octets. */
void rl_crl_raise_number(reload_crl_number *number, const mbedtls_x509_buf *extensions)
{
    rl_der value;
    reload_span digits;
    reload_crl_number read = {{0}};
    if (!rl_extension_find(rl_der_of((reload_span){extensions->p, extensions->len}),
                           RL_CRL_NUMBER_OID, sizeof RL_CRL_NUMBER_OID - 1, &value) ||
        !read_integer(value, MBEDTLS_ASN1_INTEGER, &digits) || digits.len > sizeof read.octets ||
        digits.octets[0] >= 0x80)
        return;
    memcpy(read.octets + sizeof read.octets - digits.len, digits.octets, digits.len);
    if (reload_crl_number_compare(&read, number) > 0)
        *number = read;
}

/* mbed TLS states the length of an entry's extensions without their tag. */
static unsigned read_reason(const mbedtls_x509_crl_entry *entry)
{
    rl_der value, extensions = {entry->entry_ext.p, entry->raw.p + entry->raw.len};
    reload_span reason;
    bool found =
        extensions.p != NULL &&
        rl_extension_find(extensions, RL_CRL_REASON_OID, sizeof RL_CRL_REASON_OID - 1, &value) &&
        read_integer(value, MBEDTLS_ASN1_ENUMERATED, &reason) && reason.len == 1 &&
        reason.octets[0] < 0x80;
    return found ? reason.octets[0] : 0;
}

static reload_err add_entries(reload_crl *to, const mbedtls_x509_crl *from)
{
    for (const mbedtls_x509_crl_entry *e = &from->entry; e != NULL && e->raw.len > 0; e = e->next) {
        reload_revocation *entries = rl_grow(to->entries, &to->cap, to->count, sizeof *entries);
        if (entries == NULL)
            return RELOAD_ERR_MEMORY;
        to->entries = entries;
        const uint8_t *serial = e->serial.p;
        size_t len = e->serial.len;
        for (; len > 1 && *serial == 0; len--)
            serial++;
        to->entries[to->count++] = (reload_revocation){.serial = serial,
                                                       .serial_len = len,
                                                       .time = rl_date_read(&e->revocation_date),
                                                       .reason = read_reason(e)};
    }
    return RELOAD_OK;
}

/* A file being read. mbed TLS searches for the end of the list from the CRL that it is given. */
struct reading {
    reload_crl *to;
    const reload_cert *issuer;
    mbedtls_x509_crl *last;
    bool taken; /* the issuer has signed a CRL */
};

/* Takes the last CRL over, if its issuer has signed it. */
static reload_err take_last(struct reading *r)
{
    const mbedtls_x509_crl *from = r->last;
    reload_crl *to = r->to;
    bool good = false;
    if (!rl_same_dn(&from->issuer, &r->issuer->crt.subject))
        return RELOAD_OK;
    reload_err err = rl_crl_verify(from, &r->issuer->crt, &good);
    if (err != RELOAD_OK || !good)
        return err;
    r->taken = true;
    rl_crl_raise_number(&to->number, &from->crl_ext);
    if (from->next_update.year != 0 && rl_date_read(&from->next_update) > to->next_update)
        to->next_update = rl_date_read(&from->next_update);
    return add_entries(to, from);
}

static reload_err reading_take_crl(void *arg, const rl_bundled *object, reload_diag *diag)
{
    struct reading *r = arg;
    reload_err err = rl_parsed(
        mbedtls_x509_crl_parse_der(r->last, object->der.octets, object->der.len), "CRL", diag);
    if (err != RELOAD_OK)
        return err;
    r->last = r->last->next == NULL ? r->last : r->last->next;
    err = take_last(r);
    return err == RELOAD_OK ? RELOAD_OK : rl_fail_plain(diag, err);
}

reload_err reload_crl_read(const uint8_t *octets, size_t len, const reload_cert *issuer,
                           reload_crl **crl, reload_diag *diag)
{
    reload_crl *read = calloc(1, sizeof *read);
    *crl = NULL;
    if (read == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    struct reading reading = {.to = read, .issuer = issuer, .last = &read->list};
    read->next_update = RELOAD_NO_TIME;
    mbedtls_x509_crl_init(&read->list);
    reload_err err = rl_bundle_read((reload_span){octets, len}, "X509 CRL", "CRL", reading_take_crl,
                                    &reading, diag);
    if (err != RELOAD_OK || !reading.taken)
        reload_crl_free(&read);
    *crl = read;
    return err;
}

void reload_crl_free(reload_crl **crl)
{
    if (crl == NULL || *crl == NULL)
        return;
    mbedtls_x509_crl_free(&(*crl)->list);
    free((*crl)->entries);
    free(*crl);
    *crl = NULL;
}

const reload_crl_number *reload_crl_number_of(const reload_crl *crl)
{
    return &crl->number;
}

reload_time reload_crl_next_update(const reload_crl *crl)
{
    return crl->next_update;
}

const reload_revocation *reload_crl_entry_at(const reload_crl *crl, size_t i)
{
    return i < crl->count ? &crl->entries[i] : NULL;
}
