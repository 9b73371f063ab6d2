/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes Wireshark's dissector: prints its parts, and the library's tables in Lua. */
#include "render/print.h"
#include "wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The tables have no text with a quote or a backslash. */
static void print_text(const char *key, const char *text)
{
    printf("%s = \"%s\", ", key, text);
}

static void print_constants(void)
{
    printf("local VERSION = \"%s\"\n", RELOAD_VERSION_STRING);
    printf("local TOKEN = \"%.4s\"\n", (const char *)rl_token);
    printf("local HEADER_SIZE, HEAD_SIZE = %d, %d\n", RELOAD_HEADER_SIZE, RL_HEAD);
    printf("local MAX_DEPTH, MAX_TUNNEL = %d, %d\n", RELOAD_MAX_DEPTH, RELOAD_MAX_TUNNEL);
    printf("local SIGNED_FROM = %d\n", RL_SIGNED_FROM);
}

/* ---- Names of values ---- */

static const char *set_key(reload_names set)
{
    switch (set) {
    case RELOAD_NAMES_ROUTING:
        return "routing";
    case RELOAD_NAMES_DHT:
        return "dht";
    case RELOAD_NAMES_HASH:
        return "hash";
    case RELOAD_NAMES_SECURITY:
        return "security";
    case RELOAD_NAMES_METHOD:
        return "method";
    case RELOAD_NAMES_OP:
        return "op";
    case RELOAD_NAMES_TRANSPORT:
        return "transport";
    case RELOAD_NAMES_PHRASE:
        return "phrase";
    case RELOAD_NAMES_NONE:
        break;
    }
    return NULL;
}

static void print_names(void)
{
    printf("local NAMES = {\n");
    for (int set = RELOAD_NAMES_NONE + 1; set_key((reload_names)set) != NULL; set++) {
        const char *words[RL_MAX_NAMES + 1];
        uint32_t value;
        rl_names((reload_names)set, words);
        printf("  %s = {", set_key((reload_names)set));
        for (size_t i = 0; words[i] != NULL; i++)
            if (reload_name_lookup((reload_names)set, words[i], &value))
                printf("[%" PRIu32 "] = \"%s\", ", value, words[i]);
        printf("},\n");
    }
    printf("}\n");
}

static void print_set(reload_names set)
{
    if (set_key(set) != NULL)
        print_text("names", set_key(set));
}

/* ---- Header fields ---- */

static void print_fields(void)
{
    static const char *const kinds[] = {[RELOAD_FIELD_NUMBER] = "number",
                                        [RELOAD_FIELD_FLAG] = "flag",
                                        [RELOAD_FIELD_OCTETS] = "octets"};
    printf("local FIELDS = {\n");
    for (int f = 0; f < RELOAD_FIELDS; f++) {
        const reload_field_def *def = reload_field_def_of((reload_field)f);
        printf("  {");
        print_text("key", def->key);
        print_text("label", def->label);
        print_text("kind", kinds[def->kind]);
        print_set(def->names);
        printf("bit = %u, width = %u},\n", def->bit, def->width);
    }
    printf("}\nlocal PLAUSIBLE = {\n");
    for (size_t i = 0; i < RL_PLAUSIBLE; i++)
        printf("  {key = \"%s\", least = %" PRIu32 ", most = %" PRIu32 "},\n",
               reload_field_def_of(rl_plausible[i].field)->key, rl_plausible[i].least,
               rl_plausible[i].most);
    printf("}\n");
}

/* ---- Kinds of value ---- */

static const char *kind_key(reload_kind kind)
{
    switch (kind) {
    case RELOAD_KIND_OCTETS:
        return "octets";
    case RELOAD_KIND_COMPOSITE:
        return "composite";
    case RELOAD_KIND_TEXT:
        return "text";
    case RELOAD_KIND_ID:
        return "id";
    case RELOAD_KIND_SECONDS:
        return "seconds";
    case RELOAD_KIND_TIME:
        return "time";
    case RELOAD_KIND_INTEGER:
        return "integer";
    case RELOAD_KIND_OP:
        return "op";
    case RELOAD_KIND_TRANSPORT:
        return "transport";
    case RELOAD_KIND_RESPONSE:
        return "response";
    case RELOAD_KIND_IP_PORT:
        return "ip_port";
    }
    return NULL;
}

/* The part of an error that describes a value with a flaw. */
static void print_expected(const char *key, reload_kind kind, uint8_t family, reload_flaw flaw)
{
    char text[48];
    const uint8_t octets[4] = {0, family};
    rl_kind_expected(kind, octets, flaw, text, sizeof text);
    print_text(key, text);
}

static void print_kinds(void)
{
    printf("local KINDS = {\n");
    for (int k = 0; kind_key((reload_kind)k) != NULL; k++) {
        reload_kind kind = (reload_kind)k;
        printf("  %s = {", kind_key(kind));
        print_set(rl_kind_names(kind));
        print_expected("expected", kind, 0, RELOAD_FLAW_SIZE);
        if (kind == RELOAD_KIND_IP_PORT) {
            print_expected("expected_ipv4", kind, 1, RELOAD_FLAW_ADDRESS);
            print_expected("expected_ipv6", kind, 2, RELOAD_FLAW_ADDRESS);
        }
        printf("size = %zu},\n", rl_kind_size(kind));
    }
    printf("}\n");
}

static void print_flaws(void)
{
    static const struct {
        reload_flaw flaw;
        const char *key;
    } flaws[] = {{RELOAD_FLAW_HEAD, "head"},       {RELOAD_FLAW_LENGTH, "length"},
                 {RELOAD_FLAW_PADDING, "padding"}, {RELOAD_FLAW_DEPTH, "depth"},
                 {RELOAD_FLAW_SIZE, "size"},       {RELOAD_FLAW_UTF8, "utf8"},
                 {RELOAD_FLAW_NUL, "nul"},         {RELOAD_FLAW_RESERVED, "reserved"},
                 {RELOAD_FLAW_CODE, "code"},       {RELOAD_FLAW_FAMILY, "family"},
                 {RELOAD_FLAW_ADDRESS, "address"}};
    printf("local FLAWS = {\n");
    for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++)
        printf("  %s = \"%s\",\n", flaws[i].key, reload_flaw_text(flaws[i].flaw));
    printf("}\n");
}

/* ---- Attributes ---- */

static void print_attributes(void)
{
    const reload_attr_def *def;
    printf("local ATTRIBUTES = {\n");
    for (size_t i = 0; (def = reload_attr_def_at(i)) != NULL; i++) {
        printf("  {type = 0x%04x, ", (unsigned)def->type);
        print_text("name", def->name);
        print_text("kind", kind_key(def->kind));
        print_text("section", def->section);
        printf("place = %d, members = %d},\n", (int)def->in, (int)def->members);
    }
    printf("}\n");
    printf("local IN_NOTHING, IN_MESSAGE, IN_SIGNATURE = %d, %d, %d\n", RELOAD_IN_NOTHING,
           RELOAD_IN_MESSAGE, RELOAD_IN_SIGNATURE);
    printf("local SUMMARY = {");
    for (size_t i = 0; i < RL_SUMMARY; i++)
        printf("0x%04x, ", (unsigned)rl_summary[i]);
    printf("}\nlocal CERTIFICATES = {");
    for (size_t i = 0; (def = reload_attr_def_at(i)) != NULL; i++)
        if (reload_is_certificate(def->type))
            printf("[0x%04x] = true, ", (unsigned)def->type);
    printf("}\n");
}

/* ---- Characters ---- */

/* The octets of a character. A surrogate is not one. */
static size_t encode(uint32_t code, uint8_t octets[4])
{
    if (code < 0x80) {
        octets[0] = (uint8_t)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6)
        octets[i] = (uint8_t)(0x80 | (code & 0x3f));
    octets[0] = (uint8_t)((size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | code);
    return size;
}

/* Whether a character is escaped also where neither a quote nor a backslash is. */
static bool is_escaped(uint32_t code)
{
    uint8_t octets[4];
    size_t len = encode(code, octets);
    reload_buf buf = {0};
    rl_escape(&buf, octets, len, 0);
    bool same = buf.len == len && memcmp(buf.octets, octets, len) == 0;
    reload_buf_free(&buf);
    return !same && code != '\\';
}

/* The ranges of characters that are shown escaped. */
static void print_escaped(void)
{
    enum { LAST = 0x10ffff, SURROGATES = 0xd800, AFTER_SURROGATES = 0xe000 };
    printf("local ESCAPED = {\n");
    uint32_t from = 0;
    bool inside = false;
    for (uint32_t code = 0; code <= LAST + 1; code++) {
        if (code == SURROGATES)
            code = AFTER_SURROGATES;
        bool escaped = code <= LAST && is_escaped(code);
        if (escaped && !inside)
            from = code;
        else if (!escaped && inside)
            printf("  {0x%" PRIx32 ", 0x%" PRIx32 "},\n", from, code - 1);
        inside = escaped;
    }
    printf("}\n");
}

static void print_tables(void)
{
    print_constants();
    print_names();
    print_fields();
    print_kinds();
    print_flaws();
    print_attributes();
    print_escaped();
}

/* Prints a part, with the tables in the place of its line "@TABLES@". */
static bool print_part(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strcmp(line, "@TABLES@\n") == 0)
            print_tables();
        else
            fputs(line, stdout);
    }
    bool read = ferror(file) == 0;
    return fclose(file) == 0 && read;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!print_part(argv[i])) {
            perror(argv[i]);
            return 1;
        }
    return fflush(stdout) == 0 ? 0 : 1;
}
