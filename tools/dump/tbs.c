/* SPDX-License-Identifier: BSD-2-Clause */
/* The octets that a signature of a message covers. */
#include "dump/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The attribute at a JSON Pointer, or RELOAD_NO_ATTR. */
static uint32_t attr_at(const reload_msg *msg, const char *pointer)
{
    char text[256];
    for (size_t i = 0; i < reload_msg_count(msg); i++)
        if (reload_msg_pointer(msg, i, text, sizeof text) && strcmp(text, pointer) == 0)
            return (uint32_t)i;
    return RELOAD_NO_ATTR;
}

/* Finds the signature at the pointer tbs. Returns a fault, or NULL. */
static const char *find_site(const reload_msg *msg, const char *pointer, reload_site *site,
                             char *text, size_t size)
{
    uint32_t attr = attr_at(msg, pointer);
    if (attr == RELOAD_NO_ATTR)
        return "no attribute there; -f annotated lists the signatures";
    const reload_attr *a = reload_msg_attr(msg, attr);
    char number[8];
    (void)snprintf(number, sizeof number, "0x%04x", a->type);
    const char *name = a->def == NULL ? number : a->def->name;
    if (reload_is_signature(a->type))
        reload_site_at(msg, attr, site);
    const char *wrong = !reload_is_signature(a->type)
                            ? "is not a signature; -f annotated lists them"
                        : site->role == RELOAD_ROLE_NONE ? "is misplaced and signs nothing"
                        : site->digest == RELOAD_NO_ATTR ? "has no DIGEST"
                                                         : NULL;
    if (wrong == NULL)
        return NULL;
    (void)snprintf(text, size, "%s %s", name, wrong);
    return text;
}

static void write_covered(struct dump *d, const reload_msg *msg, const reload_site *site)
{
    reload_covered covered;
    reload_site_covered(msg, site, &covered);
    for (size_t i = 0; i < covered.count; i++) {
        const reload_span *span = &covered.span[i];
        if (d->form == &form_hex)
            output_check(d->out, form_write_digits(span->octets, span->len, output_write, d->out));
        else
            (void)output_write(d->out, span->octets, span->len);
    }
    (void)output_write(d->out, d->form->end, strlen(d->form->end));
}

void dump_tbs(struct dump *d, const struct kept *kept)
{
    reload_site site;
    char text[128], where[96];
    const char *wrong = find_site(kept->msg, d->tbs, &site, text, sizeof text);
    if (wrong == NULL)
        write_covered(d, kept->msg, &site);
    else
        tool_error(d->tool, STATUS_FAILED, "%s: %s: message %" PRIu64 ": %s: %s", kept->origin.file,
                   origin_place(&kept->origin, kept->origin.offset, where), kept->origin.index,
                   d->tbs, wrong);
}
