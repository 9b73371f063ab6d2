/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists the attributes of a message: members <MESSAGE */
#include <reload.h>

#include <stdio.h>

static void list_members(const reload_msg *msg, uint32_t parent)
{
    reload_iter it = reload_members(msg, parent);
    while (reload_next(&it)) {
        const char *name =
            it.attr->def == NULL ? "unknown" : it.attr->def->name;
        printf("%*s%s, %u octets", 2 * (it.attr->depth - 1), "", name,
               (unsigned)it.attr->length);
        if (it.attr->flaw != RELOAD_FLAW_NONE)
            printf(", %s", reload_flaw_text((reload_flaw)it.attr->flaw));
        printf("\n");
        list_members(msg, it.index);
    }
}

int main(void)
{
    static uint8_t octets[65536];
    size_t len = fread(octets, 1, sizeof octets, stdin);
    reload_diag diag;
    reload_msg *msg = reload_msg_new();
    if (msg == NULL)
        return 4;

    reload_err err = reload_msg_parse(msg, octets, len, &diag);
    if (err == RELOAD_OK)
        list_members(msg, RELOAD_NO_ATTR);
    if (err == RELOAD_OK)
        err = reload_msg_check(msg, &diag);
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", diag.text);
    reload_msg_free(&msg);
    return err == RELOAD_OK ? 0 : 3;
}
