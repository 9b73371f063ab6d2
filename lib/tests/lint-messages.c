/* SPDX-License-Identifier: BSD-2-Clause */
#include "lint-messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct base lint_bases[] = {
    {"search", RELOAD_SECURITY_HMAC,
     HEAD("PEER-SEARCH", "false", "HMAC", BOB) SOURCE SIGNATURE ", " ROUTE_LOG TAIL},
    {"search-certs", RELOAD_SECURITY_CERTS,
     HEAD("PEER-SEARCH", "false", "CERTS", BOB) CERT_SOURCE RSA_SIGNATURE TAIL},
    {"search-none", RELOAD_SECURITY_NONE,
     HEAD("PEER-SEARCH", "false", "NONE", BOB) PLAIN_SOURCE ROUTE_LOG TAIL},
    {"search-response", RELOAD_SECURITY_HMAC,
     HEAD("PEER-SEARCH", "true", "HMAC", BOB) CODE("200") SOURCE SIGNATURE TAIL},
    {"redirecting", RELOAD_SECURITY_HMAC,
     HEAD("PEER-SEARCH", "true", "HMAC", BOB) CODE("302") SOURCE REDIRECT SIGNATURE TAIL},
    {"join", RELOAD_SECURITY_HMAC, HEAD("PEER-JOIN", "false", "HMAC", ALICE) SOURCE SIGNATURE TAIL},
    {"join-response", RELOAD_SECURITY_HMAC,
     HEAD("PEER-JOIN", "true", "HMAC", BOB) CODE("493") SOURCE SIGNATURE TAIL},
    {"get", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-GET", "false", "HMAC", KEY_ID) SOURCE SIGNATURE TAIL},
    {"get-response", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-GET", "true", "HMAC", BOB) CODE("200") SOURCE RESOURCE SIGNATURE TAIL},
    {"put", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-PUT", "false", "HMAC", KEY_ID) SOURCE RESOURCE SIGNATURE TAIL},
    {"put-certs", RELOAD_SECURITY_CERTS,
     HEAD("RESOURCE-PUT", "false", "CERTS", KEY_ID) CERT_SOURCE RSA_RESOURCE RSA_SIGNATURE TAIL},
    {"transfer", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-TRANSFER", "false", "HMAC", BOB) SOURCE RESOURCE SIGNATURE TAIL},
    {"open", RELOAD_SECURITY_HMAC,
     HEAD("TRANSPORT-OPEN", "false", "HMAC", BOB) SOURCE SDP SIGNATURE TAIL},
    {"open-response", RELOAD_SECURITY_HMAC,
     HEAD("TRANSPORT-OPEN", "true", "HMAC", BOB) CODE("200") SOURCE SDP SIGNATURE TAIL},
    {"tunnel", RELOAD_SECURITY_HMAC,
     HEAD("TRANSPORT-TUNNEL", "false", "HMAC", BOB) SOURCE APPLICATION SIGNATURE TAIL},
};
const size_t lint_base_count = COUNT(lint_bases);

const struct base *base_named(const char *name)
{
    for (size_t i = 0; i < COUNT(lint_bases); i++)
        if (strcmp(lint_bases[i].name, name) == 0)
            return &lint_bases[i];
    fail_msg("unknown base %s", name);
    return NULL;
}

static char key_id[2 * RELOAD_ID_SIZE + 1];

int setup_lint(void **state)
{
    uint8_t id[RELOAD_ID_SIZE];
    (void)state;
    test_sha1("alice@example.com", id);
    reload_hex_encode(id, sizeof id, key_id);
    return 0;
}

char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (at == NULL)
        fail_msg("%s does not contain %s", text, from);
    size_t size = strlen(text) - strlen(from) + strlen(to) + 1;
    char *result = malloc(size);
    assert_non_null(result);
    (void)snprintf(result, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return result;
}

reload_msg *make_message(const char *text, reload_buf *buf)
{
    char *copy = strstr(text, KEY_ID) == NULL ? strdup(text) : replaced(text, KEY_ID, key_id);
    assert_non_null(copy);
    for (char *p = copy; *p != '\0'; p++)
        *p = *p == '\'' ? '"' : *p;
    reload_buf_reset(buf);
    test_json(buf, copy);
    free(copy);
    return test_parse(buf);
}
