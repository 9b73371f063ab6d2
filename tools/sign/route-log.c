/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/route-log.h"

#include "common/octets.h"

#include <string.h>

static const char before[] = "{\"type\": \"ROUTE-LOG\", \"value\": ", after[] = "}";

/* Reads an array of members. The places in diag are those in the array. */
static reload_err read_members(const char *json, reload_buf *attr, reload_diag *diag)
{
    static const char value[] = "/value";
    const unsigned added = sizeof before - 1; /* columns of the first line */
    reload_buf text = {0};
    reload_buf_append(&text, before, sizeof before - 1);
    reload_buf_append(&text, json, strlen(json));
    reload_buf_append(&text, after, sizeof after - 1);
    reload_err err = text.err != RELOAD_OK
                         ? text.err
                         : reload_json_read_attr((const char *)text.octets, text.len, attr, diag);
    reload_buf_free(&text);
    if (strncmp(diag->pointer, value, sizeof value - 1) == 0)
        memmove(diag->pointer, diag->pointer + sizeof value - 1,
                strlen(diag->pointer) + 1 - (sizeof value - 1));
    if (diag->line == 1 && diag->column >= added)
        diag->column -= added;
    return err;
}

static void route_log_report(struct tool *tool, reload_err err, const reload_diag *diag)
{
    if (err == RELOAD_ERR_MEMORY)
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(err));
    else if (diag->line > 0)
        tool_usage(tool, "--append-route-log: line %u, column %u: %s", diag->line, diag->column,
                   diag->text);
    else
        tool_usage(tool, "--append-route-log: %s%s%s", diag->pointer,
                   diag->pointer[0] != '\0' ? ": " : "", diag->text);
}

bool route_log_read(struct tool *tool, const char *json, reload_buf *attr)
{
    reload_diag diag = {0};
    bool members = json[strspn(json, " \t\r\n")] == '[';
    reload_err err = members ? read_members(json, attr, &diag)
                             : reload_json_read_attr(json, strlen(json), attr, &diag);
    if (err != RELOAD_OK) {
        route_log_report(tool, err, &diag);
        return false;
    }
    if (octets_get16(attr->octets) != RELOAD_A_ROUTE_LOG)
        tool_usage(tool, "--append-route-log: the attribute is not a ROUTE-LOG");
    return true;
}
