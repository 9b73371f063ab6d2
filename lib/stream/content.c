/* SPDX-License-Identifier: BSD-2-Clause */
/* Names the content of an input that has no messages of its form. */
#include "stream/stream.h"

#include <stdio.h>

/* A form in words, and as the argument of --input */
static const char *const forms[][2] = {[RELOAD_FORM_BINARY] = {"binary", "binary"},
                                       [RELOAD_FORM_JSON] = {"JSON", "json"},
                                       [RELOAD_FORM_HEX] = {"hex text", "hex"},
                                       [RELOAD_FORM_BASE64] = {"base64", "base64"}};

static bool is_message(reload_content content)
{
    return content == RELOAD_CONTENT_MESSAGE || content == RELOAD_CONTENT_MESSAGE_JSON ||
           content == RELOAD_CONTENT_MESSAGE_HEX;
}

/* Whether a content has the form, so that the fault is within it. */
static bool has_form(reload_content content, reload_form form)
{
    switch (form) {
    case RELOAD_FORM_BINARY:
        return content == RELOAD_CONTENT_MESSAGE;
    case RELOAD_FORM_JSON:
        return content == RELOAD_CONTENT_MESSAGE_JSON || content == RELOAD_CONTENT_JSON ||
               content == RELOAD_CONTENT_PROFILE;
    case RELOAD_FORM_HEX:
        return content == RELOAD_CONTENT_MESSAGE_HEX;
    case RELOAD_FORM_BASE64:
        return content == RELOAD_CONTENT_BASE64;
    default:
        return true;
    }
}

/* Whether a content is recognised by so few octets that garbage after a message may have them by
 * chance. */
static bool is_weak(reload_content content)
{
    return content == RELOAD_CONTENT_JSON || content == RELOAD_CONTENT_BASE64 ||
           content == RELOAD_CONTENT_UTF16;
}

static const char *remedy_for(reload_content content)
{
    switch (content) {
    case RELOAD_CONTENT_BASE64:
        return "use --input=base64, or base64 -d FILE";
    case RELOAD_CONTENT_PCAP:
    case RELOAD_CONTENT_PCAPNG:
        return "use --input=pcap";
    default:
        return reload_content_remedy(content);
    }
}

bool rl_name_content(const uint8_t *octets, size_t len, reload_form form, bool starts,
                     reload_diag *diag)
{
    reload_content content = reload_recognise(octets, len);
    const char *text = reload_content_text(content), *remedy = remedy_for(content);
    if (text == NULL || content == RELOAD_CONTENT_EMPTY || has_form(content, form) ||
        (!starts && is_weak(content)))
        return false;
    if (is_message(content) && starts)
        (void)snprintf(diag->text, sizeof diag->text, "%s, expected %s; omit --input=%s", text,
                       forms[form][0], forms[form][1]);
    else if (is_message(content))
        (void)snprintf(diag->text, sizeof diag->text,
                       "%s, expected %s; all messages of a file have one form", text,
                       forms[form][0]);
    else
        (void)snprintf(diag->text, sizeof diag->text, "%s, not a RELOAD message%s%s", text,
                       remedy == NULL ? "" : "; ", remedy == NULL ? "" : remedy);
    return true;
}
