/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading hex dumps with an offset column */
#include "collect.h"
#include "stream/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT HEADER_TO_LENGTH "000008" HEADER_FROM_LENGTH "00070000" /* 72 octets of 76 */

static void check_dump(const char *text, const char *expected, const char *octets)
{
    test_reads(text, strlen(text), RELOAD_FORM_HEX, expected, octets);
}

/* A program's format of a dump */
struct style {
    const char *first, *offset, *group; /* formats */
    size_t row, grouped;
    bool middle;       /* a space more after eight octets */
    const char *text;  /* at the end of a line */
    const char *final; /* the last line's format, or NULL */
    size_t lead;       /* characters before the first octet */
};

static const struct style styles[] = {
    {"", "%08zx: ", "%.4s ", 16, 2, false, " RELO 00 { |\n", NULL, 10},   /* xxd */
    {"", "%08zx: ", "%.2s ", 16, 1, false, " ab cd\n", NULL, 10},         /* xxd -g1 */
    {"", "%08zx: ", "%.8s ", 32, 4, false, " RELO\n", NULL, 10},          /* xxd -c32 -g4 */
    {"", "%08zx  ", "%.2s ", 16, 1, true, " |RELO 00|\n", "%08zx\n", 10}, /* hexdump -C */
    {"", "%08zx  ", "%.2s ", 16, 1, true, " |RELO 00|\n", NULL, 10},      /* its last line lost */
    {"", "%08zx  ", "%.2s ", 96, 1, true, " |RELO 00|\n", NULL, 10},      /* and one line */
    {"", "%06zx ", "%.2s ", 16, 1, false, "\n", "%06zx\n", 7},            /* od -Ax -tx1 */
    {"", "%07zo ", "%.2s ", 16, 1, false, " >RELO<\n", "%07zo\n", 8},     /* od -tx1z */
    {"", "%07zu ", "%.2s ", 8, 1, false, "\n", "%07zu\n", 8},             /* od -Ad -tx1 -w8 */
    {"", "%04zx   ", "%.2s ", 16, 1, false, "  RELO 00 11\n", NULL, 7},   /* Wireshark */
};

static size_t dump_text(const struct style *s, const char *hex, char *text, size_t size)
{
    size_t at = 0, octets = strlen(hex) / 2;
    for (size_t i = 0; i < octets; i += s->grouped) {
        if (i % s->row == 0 && i > 0)
            at += (size_t)snprintf(text + at, size - at, "%s", s->text);
        if (i % s->row == 0)
            at += (size_t)snprintf(text + at, size - at, s->offset, i);
        at += (size_t)snprintf(text + at, size - at, s->group, hex + 2 * i);
        if (s->middle && i % s->row == 7)
            at += (size_t)snprintf(text + at, size - at, " ");
    }
    at += (size_t)snprintf(text + at, size - at, "%s", s->text);
    if (s->final != NULL)
        at += (size_t)snprintf(text + at, size - at, s->final, octets);
    return at;
}

static void test_styles(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(styles); i++) {
        char text[4096], expected[128];
        const struct style *s = &styles[i];
        print_message("# style %zu\n", i);
        size_t one = dump_text(s, M68, text, sizeof text);
        (void)snprintf(expected, sizeof expected, "M68@%zu", s->lead);
        check_dump(text, expected, M68);
        text[one - 1] = '\0'; /* no line feed at the end */
        check_dump(text, expected, M68);
        /* a truncated message ends with its dump: at an offset of 0, or a blank line */
        for (int blank = 0; blank < 2; blank++) {
            size_t two = dump_text(s, CUT, text, sizeof text);
            two += (size_t)snprintf(text + two, sizeof text - two, "%s", blank ? " \r\n" : "");
            (void)dump_text(s, M72, text + two, sizeof text - two);
            (void)snprintf(expected, sizeof expected, "M72@%zu M72@%zu", s->lead, two + s->lead);
            check_dump(text, expected, CUT M72);
        }
    }
}

/* Dumps that cat has joined: with a byte order mark, and with digits after a dump */
static void test_joined_dumps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(styles); i++) {
        char text[4096], expected[128];
        const struct style *s = &styles[i];
        print_message("# style %zu\n", i);
        size_t two = dump_text(s, CUT, text, sizeof text);
        size_t at = two + (size_t)snprintf(text + two, sizeof text - two, "\xef\xbb\xbf");
        (void)dump_text(s, M72, text + at, sizeof text - at);
        (void)snprintf(expected, sizeof expected, "M72@%zu M72@%zu", s->lead, at + s->lead);
        check_dump(text, expected, CUT M72);
        (void)snprintf(text + two, sizeof text - two, M72 "\n");
        (void)snprintf(expected, sizeof expected, "M72@%zu M72@%zu", s->lead, two);
        check_dump(text, expected, CUT M72);
        (void)snprintf(text + two, sizeof text - two, " %.8s %s\n", M72, &M72[8]);
        (void)snprintf(expected, sizeof expected, "M72@%zu M72@%zu", s->lead, two + 1);
        check_dump(text, expected, CUT M72);
    }
}

/* "*" repeats a line up to the next offset. */
static void test_repeats(void **state)
{
    (void)state;
    static const char head[] =
        "00000000  52 45 4c 4f 20 00 00 00  01 01 01 02 01 00 00 54  |R|\n"
        "00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |.|\n*\n";
    static const char tail[] = "00000090  00 00 00 00 00 00 00 00  |........|\n00000098\n";
    static const char octets[] = "52454c4f200000000101010201000054";
    char text[1024], hex[512];
    (void)snprintf(hex, sizeof hex, "%s%0272d", octets, 0);
    (void)snprintf(text, sizeof text, "%s%s", head, tail);
    check_dump(text, "M152@10", hex);
    /* up to the end */
    (void)snprintf(hex, sizeof hex, "%s%0288d", octets, 0);
    (void)snprintf(text, sizeof text, "%s000000a0\n" M68 "\n", head);
    check_dump(text, "M152@10 G8@128!3 M68@139", NULL);
    /* not a number of whole lines, backwards, without an end, without a line, twice, too far */
    (void)snprintf(text, sizeof text, "%s00000095\n\n" M68, head);
    check_dump(text, "B@130=4:1!6 M68@140", M68);
    (void)snprintf(text, sizeof text, "%s00000010\n\n" M68, head);
    check_dump(text, "B@130=4:1!6 M68@140", M68);
    (void)snprintf(text, sizeof text, "%s", head);
    check_dump(text, "B@130=4:1!6", "");
    (void)snprintf(text, sizeof text, "%s*\n\n" M68, head);
    check_dump(text, "B@130=4:1!6 M68@133", M68);
    (void)snprintf(text, sizeof text, "%s\n" M68, head);
    check_dump(text, "B@130=4:1!6 M68@131", M68);
    (void)snprintf(text, sizeof text, "%sffffffffffffff00\n\n" M68, head);
    check_dump(text, "B@130=4:1!6 M68@148", M68);
}

/* Lines that are not part of a dump: the message is dropped, the next block is read. */
static void test_invalid_dumps(void **state)
{
    (void)state;
    static const char lines[] = "00000000: 5245 4c4f 2000 0000 0101 0102 0100 0000  RELO\n";
    char text[4096];
    (void)snprintf(text, sizeof text, "%s00000030: 00\n\n" M68, lines);
    check_dump(text, "B@56=2:1!6 M68@70", M68);
    (void)snprintf(text, sizeof text, "%s  00000008: 00\n" M68, lines);
    check_dump(text, "B@58=2:3!6 M68@71", M68);
    (void)snprintf(text, sizeof text, "%snonsense\n%s", lines, lines);
    check_dump(text, "B@56=2:1!6 G16@75!3", NULL);
    (void)snprintf(text, sizeof text, "%s00000010: xy\n\n", lines);
    check_dump(text, "B@56=2:1!6", NULL);
    (void)snprintf(text, sizeof text, "%s0000000000000000010: 00\n\n", lines);
    check_dump(text, "B@56=2:1!6", NULL);
    (void)snprintf(text, sizeof text, "%s%02100d\n\n" M68, lines, 0);
    check_dump(text, "B@56=2:1!6 M68@2158", M68);
    /* without a colon, the second line decides; these are digits */
    check_dump("0000 52454c4f\n00000000\n", "G10@0!3", "000052454c4f00000000");
    check_dump("00000000 52454c4f\n", "G8@0!3", "0000000052454c4f");
    check_dump("00000000 52454c4f\n\n00000004\n", "G8@0!3 G4@19!3", "0000000052454c4f00000004");
    check_dump("000000\n", "G3@0!3", "000000");
    check_dump("00000000 52454c4f\n00000004\n", "G4@9!3", "52454c4f");
}

/* The work for "*" is linear in the text: a row repeated without end does not fill the memory. */
static void test_repeat_budget(void **state)
{
    (void)state;
    static const char dump[] = "00000000: 00112233 44556677 8899aabb ccddeeff\n*\n00800000:\n";
    enum { DUMPS = 40 };
    char *text = malloc(DUMPS * sizeof dump);
    assert_non_null(text);
    for (size_t i = 0; i < DUMPS; i++)
        memcpy(text + i * (sizeof dump - 1), dump, sizeof dump);
    struct test_source source = {.octets = (const uint8_t *)text, .len = DUMPS * (sizeof dump - 1)};
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    uint64_t octets = 0;
    unsigned bad = 0;
    assert_non_null(reader);
    reload_reader_open(reader, RELOAD_FORM_AUTO, test_pull, &source);
    do {
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        octets += item->len;
        bad += item->kind == RELOAD_ITEM_BAD;
    } while (item->kind != RELOAD_ITEM_END);
    assert_true(octets >= 1 << 24 && octets < 3 << 23);
    assert_int_equal(bad, DUMPS - 2);
    reload_reader_free(&reader);
    free(text);
}

/* A message of a dump is returned once its line has been read. */
struct live {
    const char *text;
    size_t pos, line_end; /* octets that may be asked for */
};

static ptrdiff_t pull_live(void *arg, uint8_t *octets, size_t size)
{
    struct live *l = arg;
    (void)size;
    assert_true(l->pos < l->line_end);
    octets[0] = (uint8_t)l->text[l->pos++];
    return 1;
}

static void test_live(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(styles); i++) {
        char text[4096];
        const reload_item *item;
        reload_reader *reader = reload_reader_new();
        size_t len = dump_text(&styles[i], M68, text, sizeof text);
        struct live live = {.text = text, .line_end = len};
        assert_non_null(reader);
        reload_reader_open(reader, RELOAD_FORM_AUTO, pull_live, &live);
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        assert_int_equal(item->kind, RELOAD_ITEM_MESSAGE);
        reload_reader_free(&reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_styles),        cmocka_unit_test(test_joined_dumps),
        cmocka_unit_test(test_repeats),       cmocka_unit_test(test_invalid_dumps),
        cmocka_unit_test(test_repeat_budget), cmocka_unit_test(test_live),
    };
    return cmocka_run_group_tests_name("stream-dump", tests, NULL, NULL);
}
