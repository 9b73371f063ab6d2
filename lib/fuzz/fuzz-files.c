/* SPDX-License-Identifier: BSD-2-Clause */
/* The readers of files and arguments: profiles, secrets, times, certificates, CRLs, keys, requests,
 * attributes in JSON, and the writers for these. The first octet chooses one. */
#include "files.h"

#include <stdlib.h>
#include <string.h>

void check_diag(reload_err err, const reload_diag *diag)
{
    MUST(err != RELOAD_ERR_MEMORY && err != RELOAD_ERR_CRYPTO);
    MUST(err == RELOAD_OK || (diag->code == err && diag->text[0] != '\0'));
    for (const char *c = diag->text; err != RELOAD_OK && *c != '\0'; c++)
        MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
}

/* ---- Profiles, secrets, times ---- */

static void check_profile(const uint8_t *data, size_t size)
{
    reload_profile *profile, *again;
    reload_diag diag;
    reload_buf first = {0}, second = {0};
    reload_err err = reload_profile_read((const char *)data, size, &profile, &diag);
    check_diag(err, &diag);
    MUST((err == RELOAD_OK) == (profile != NULL));
    if (err != RELOAD_OK) {
        MUST(reload_profile_read((const char *)data, size, &profile, NULL) == err);
        return;
    }
    MUST(profile->overlay == NULL || profile->overlay[0] != '\0');
    MUST(profile->ca[0] == NULL || profile->pin == NULL);
    MUST(reload_profile_write(profile, fuzz_to_buf, &first) == RELOAD_OK);
    MUST(reload_profile_read((const char *)first.octets, first.len, &again, NULL) == RELOAD_OK);
    MUST(reload_profile_write(again, fuzz_to_buf, &second) == RELOAD_OK);
    MUST(same(first.octets, first.len, second.octets, second.len));
    MUST(again->max_skew == profile->max_skew && again->security == profile->security &&
         again->min_rsa_bits == profile->min_rsa_bits && again->replay == profile->replay);
    reload_profile_free(&profile);
    reload_profile_free(&again);
    reload_buf_free(&first);
    reload_buf_free(&second);
}

/* A secret, written as "hex:" and digits, is the same. */
static void check_secret(const uint8_t *data, size_t size)
{
    reload_buf secret = {0}, again = {0}, text = {0};
    reload_diag diag;
    reload_err err = reload_secret_parse(data, size, &secret, &diag);
    check_diag(err, &diag);
    if (err != RELOAD_OK) {
        MUST(secret.len == 0 && (err == RELOAD_ERR_SYNTAX || err == RELOAD_ERR_VALUE));
        return;
    }
    MUST(secret.len > 0 && secret.len <= size);
    char *digits = malloc(2 * secret.len);
    MUST(digits != NULL);
    reload_hex_encode(secret.octets, secret.len, digits);
    reload_buf_append(&text, "hex:", 4);
    reload_buf_append(&text, digits, 2 * secret.len);
    reload_buf_append(&text, "\r\n", size % 3);
    MUST(size % 3 == 1 || reload_secret_parse(text.octets, text.len, &again, NULL) == RELOAD_OK);
    MUST(size % 3 == 1 || same(secret.octets, secret.len, again.octets, again.len));
    free(digits);
    reload_buf_free(&secret);
    reload_buf_free(&again);
    reload_buf_free(&text);
}

static char *to_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    MUST(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static void check_time(const char *text)
{
    char written[RELOAD_TIME_SIZE];
    reload_time time, again;
    if (!reload_time_parse(text, &time))
        return;
    MUST(time <= RELOAD_MAX_TIME * RELOAD_SECOND);
    int64_t seconds = time / RELOAD_SECOND;
    reload_time_text(seconds, written);
    MUST(strlen(written) < sizeof written);
    if (time >= 0 && strlen(written) == strlen("2007-07-08T12:00:00Z"))
        MUST(reload_time_parse(written, &again) && again == seconds * RELOAD_SECOND);
}

/* ---- Small texts: addresses, names, numbers, digits ---- */

static void check_address(const char *text)
{
    reload_value value, again;
    char written[56];
    uint8_t id[RELOAD_ID_SIZE];
    if (!reload_address_parse(text, &value))
        return;
    reload_address_format(&value, written, sizeof written);
    MUST(reload_address_parse(written, &again));
    MUST(again.ipv6 == value.ipv6 && again.port == value.port &&
         memcmp(again.address, value.address, value.ipv6 ? 16 : 4) == 0);
    MUST(reload_address_id(value.address, value.ipv6, value.port, id) == RELOAD_OK);
    MUST(id[18] == value.port >> 8 && id[19] == (value.port & 0xff));
}

/* Numbers are read as they were written, and each one is less than the next. */
static void check_number(const char *text)
{
    char written[RELOAD_CRL_NUMBER_SIZE];
    reload_crl_number number, again;
    if (!reload_crl_number_parse(text, &number))
        return;
    reload_crl_number_text(&number, written);
    MUST(reload_crl_number_parse(written, &again) &&
         reload_crl_number_compare(&number, &again) == 0);
    if (reload_crl_number_next(&again)) {
        MUST(reload_crl_number_compare(&number, &again) < 0);
        MUST(reload_crl_number_compare(&again, &number) > 0);
    }
}

static void check_small(const uint8_t *data, size_t size)
{
    reload_diag diag;
    reload_buf json = {0};
    reload_json_writer w;
    uint8_t id[RELOAD_ID_SIZE], again[RELOAD_ID_SIZE];
    char *text = to_text(data, size);
    check_time(text);
    check_address(text);
    check_number(text);
    check_diag(reload_subject_check(text, &diag), &diag);
    MUST(reload_resource_id(data, size, 0, id) == RELOAD_OK);
    MUST(reload_resource_id(data, size, 1 + (uint32_t)size, again) == RELOAD_OK);
    MUST(memcmp(id, again, sizeof id) != 0);
    for (int set = RELOAD_NAMES_ROUTING; set <= RELOAD_NAMES_PHRASE; set++) {
        uint32_t value;
        if (reload_name_lookup((reload_names)set, text, &value))
            MUST(strcmp(reload_name((reload_names)set, value), text) == 0);
    }
    reload_json_writer_init(&w, size % 2 == 0 ? RELOAD_ASCII : RELOAD_PRETTY, fuzz_to_buf, &json);
    reload_json_begin_array(&w);
    reload_json_text(&w, data, size);
    reload_json_seconds(&w, size > 7 ? (reload_time)data[0] << 40 | (reload_time)data[7] : 1);
    reload_json_null(&w);
    reload_json_end_array(&w);
    MUST(reload_json_writer_finish(&w) == RELOAD_OK && json.len > 4);
    reload_buf_free(&json);
    free(text);
}

/* ---- Attributes in JSON ---- */

/* An attribute in a message, written as JSON and read again, has the same octets. */
static void check_attribute(const uint8_t *data, size_t size)
{
    reload_buf attr = {0}, out = {0};
    reload_builder b;
    reload_diag diag;
    struct fuzz_items items = {0};
    reload_err err = reload_json_read_attr((const char *)data, size, &attr, &diag);
    check_diag(err, &diag);
    reload_build_begin(&b, &out, NULL);
    reload_build_raw(&b, attr.octets, attr.len);
    if (err == RELOAD_OK && reload_build_end(&b) == RELOAD_OK) {
        fuzz_read(&items, RELOAD_FORM_BINARY, out.octets, out.len, 0);
        MUST(items.count == 1 && items.item[0].len == out.len);
        fuzz_round_trip(&items);
    }
    fuzz_items_free(&items);
    reload_buf_free(&attr);
    reload_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(const uint8_t *, size_t) = {
        check_profile, check_secret,  check_small,     check_certificate, check_crl,
        check_key,     check_request, check_attribute, check_issuing,     check_revoking,
    };
    if (size == 0)
        return 0;
    identities_begin();
    checks[data[0] % (sizeof checks / sizeof checks[0])](data + 1, size - 1);
    return 0;
}
