#include "common/tool.h"

#include <string.h>

enum tool_octets_form tool_octets_form(const struct tool *tool, const char *option,
                                       const char *text, const char *more)
{
    if (strcmp(text, "binary") == 0)
        return OCTETS_BINARY;
    if (strcmp(text, "json") == 0)
        return OCTETS_JSON;
    if (strcmp(text, "hex") == 0)
        return OCTETS_HEX;
    tool_usage(tool, "%s: \"%s\" is none of %sjson, hex, binary", option, text, more);
}

void tool_write_hex(struct output *out, const uint8_t *octets, size_t len, bool blank_line)
{
    char digits[1024];
    while (len > 0) {
        size_t n = len < sizeof digits / 2 ? len : sizeof digits / 2;
        reload_hex_encode(octets, n, digits);
        (void)output_write(out, digits, 2 * n);
        octets += n;
        len -= n;
    }
    (void)output_write(out, "\n\n", blank_line ? 2 : 1);
}

void tool_write_message(struct output *out, const reload_msg *msg, enum tool_octets_form form,
                        const reload_origin *origin, unsigned flags)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_err err = RELOAD_OK;
    switch (form) {
    case OCTETS_BINARY:
        (void)output_write(out, octets, len);
        break;
    case OCTETS_HEX:
        tool_write_hex(out, octets, len, reload_msg_truncated(msg));
        break;
    case OCTETS_JSON:
        err = reload_json_write(msg, origin, flags, output_write, out);
        (void)output_write(out, "\n", 1);
        break;
    }
    output_check(out, err);
}
