/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/options.h"

/* clang-format off */
static const struct option_row rows[] = {
    OPTION_FILE('s', "secret", "FILE", struct sign_options, secret,
                "sign under HMAC with the shared secret in FILE"),
    OPTION_FILE('k', "key", "FILE", struct sign_options, key,
                "sign under CERTS with the peer's private key in FILE", "cert"),
    OPTION_FILE('c', "cert", "FILE", struct sign_options, cert,
                "use the peer's certificate in FILE", "key|tbs|attach"),
    OPTION_FILE(0, "resource-key", "FILE", struct sign_options, resource_key,
                "sign BODYs with the user's private key in FILE (default: the peer's key)",
                "resource-cert cert"),
    OPTION_FILE(0, "resource-cert", "FILE", struct sign_options, resource_cert,
                "use the user's certificate in FILE", "resource-key cert"),
    OPTION_FILE(0, "passphrase-file", "FILE", struct sign_options, passphrase_file,
                "read the private keys' passphrase from FILE instead of the terminal",
                "key|resource-key"),
    OPTION_FLAG(0, "none", struct sign_options, policy.none,
                "complete messages for an overlay under NONE, and sign nothing"),
    OPTION_BIT(0, "timestamp", struct sign_options, flags, RELOAD_SIGN_TIMESTAMP,
               "write a TIMESTAMP into each signature under HMAC too", "secret"),
    OPTION_TIMESTAMP('t', "time", struct sign_options, time, "set the TIMESTAMP (default: now)",
                     "secret|cert"),
    OPTION_OCTETS(0, "transaction-id", struct sign_options, transaction_id,
                  RELOAD_TRANSACTION_SIZE,
                  "set the Transaction ID of requests without one (default: a new one for each)",
                  "secret|cert|none"),
    OPTION_TIMESTAMP(0, "boot-time", struct sign_options, boot_time,
                     "begin new Transaction IDs under CERTS with TIME (default: the TIMESTAMP)",
                     "cert", "transaction-id reply-to"),
    OPTION_STATE(0, "counter-file", "FILE", struct sign_options, counter_file,
                "keep the counter of new Transaction IDs in FILE, created if missing", "cert",
                "transaction-id tbs attach reply-to"),
    OPTION_OCTETS(0, "peer-id", struct sign_options, peer_id, RELOAD_ID_SIZE,
                  "set the PEER-ID of a response's SOURCE-INFO without one", "secret|cert|none"),
    OPTION_BIT(0, "sign-source-info", struct sign_options, flags, RELOAD_SIGN_SOURCE_INFO,
               "put a PEER-SIGNATURE into SOURCE-INFO", "secret|cert"),
    OPTION_BIT(0, "sign-bodies", struct sign_options, flags, RELOAD_SIGN_BODIES,
               "sign unsigned BODYs outside RESOURCE-PUT requests too", "secret|cert"),
    OPTION_BIT(0, "resign-bodies", struct sign_options, flags, RELOAD_SIGN_RESIGN_BODIES,
               "sign all BODYs, replacing their signatures", "secret|cert"),
    OPTION_BIT(0, "keep-security", struct sign_options, flags, RELOAD_SIGN_KEEP_SECURITY,
               "leave a Security field of 0 in PEER-JOIN requests", "secret|cert|none"),
    OPTION_BIT(0, "force", struct sign_options, flags, RELOAD_SIGN_FORCE,
               "write messages that would otherwise be refused, for tests", NULL, "mutate"),
    POLICY_COMMON_ROWS(struct sign_options, policy, "secret|cert|none"),
    OPTION_FILE(0, "reply-to", "REQUEST", struct sign_options, reply_to,
                "sign a response to each request in the file REQUEST", "code secret|cert|none"),
    OPTION_NUMBER(0, "code", "N", struct sign_options, code, 100, 799,
                  "set the response code for --reply-to, from 100 to 799", "reply-to"),
    OPTION_FLAG(0, "tbs", struct sign_options, tbs,
                "write the octets that the message's digest covers, without signing", "secret|cert",
                "attach append-route-log mutate"),
    OPTION_FILE(0, "attach", "FILE", struct sign_options, attach,
                "sign with the digest in FILE, made elsewhere from the octets of --tbs",
                "secret|cert", "append-route-log mutate"),
    OPTION_FLAG(0, "strip", struct sign_options, strip,
                "remove all signatures instead of signing", NULL,
                "secret key cert none reply-to mutate"),
    OPTION_TEXT(0, "append-route-log", "JSON", struct sign_options, route_log,
                "append a ROUTE-LOG, as a hop does; JSON is an array of its members"),
    OPTION_TEXT(0, "mutate", "LIST", struct sign_options, mutate.list,
                "make bad messages from the signed one, each with its expected reason; help lists "
                "the mutations"),
    OPTION_TEXT(0, "mutate-dir", "DIR", struct sign_options, mutate.dir,
                "write the messages of --mutate to files in the new directory DIR", "mutate",
                "output"),
    OPTION_TEXT(0, "seed", "HEX", struct sign_options, mutate.seed,
                "derive the random parts of --mutate from HEX", "mutate"),
    OPTION_TEXT(0, "example", "METHOD", struct sign_options, example,
                "print a JSON message of METHOD to start from", NULL,
                "secret key none strip append-route-log mutate format pretty input force "
                "max-message"),
    OPTION_CALL_ON('f', "format", "FORM", struct sign_options, form, const struct form *,
                   form_octets_option,
                "write binary, json, hex or pcapng (default: binary)"),
    OPTION_BIT(0, "pretty", struct sign_options, json_flags, RELOAD_PRETTY,
               "write JSON on several lines, indented"),
    OPTIONS_INPUT(struct sign_options, input),
    OPTION_JOBS(struct sign_options, jobs, NULL, "attach mutate example"),
    OPTION_TEXT('o', "output", "FILE", struct sign_options, output,
                "write to FILE (default: standard output)"),
    OPTION_PROGRESS(struct sign_options, input),
    OPTION_QUIET("print errors only, no warnings"),
    OPTION_END,
};
/* clang-format on */

static const struct help_section sign_sections[] = {
    {"Keys", "secret key cert resource-key resource-cert passphrase-file none"},
    {"Output and input", "output format pretty example input max-message jobs"},
    {"Message contents", "profile overlay timestamp time transaction-id boot-time counter-file "
                         "peer-id sign-source-info sign-bodies resign-bodies keep-security"},
    {"Other modes", "reply-to code append-route-log strip tbs attach mutate mutate-dir seed force"},
    {"Other options", "progress quiet help version"},
    {NULL, NULL},
};

static const struct command_line sign_line = {
    "reload-sign (--secret=FILE | --key=FILE --cert=FILE | --none) [options] [FILE...]\n"
    "reload-sign --reply-to=REQUEST --code=N (--secret=FILE | --key=FILE --cert=FILE | --none) "
    "[options]\n"
    "reload-sign (--tbs | --attach=FILE) (--secret=FILE | --cert=FILE) [options] [FILE...]\n"
    "reload-sign --strip [options] [FILE...]\n"
    "reload-sign --append-route-log=JSON [options] [FILE...]\n"
    "reload-sign --mutate=LIST --seed=HEX (--secret=FILE | --key=FILE --cert=FILE) [options] "
    "[FILE]\n"
    "reload-sign --example=METHOD",
    "Completes and signs RELOAD messages as a sending peer must, strips signatures, and "
    "appends ROUTE-LOGs.",
    rows,
    false,
    NULL,
    sign_sections};

void sign_options_parse(struct tool *tool, struct sign_options *options, int argc, char **argv)
{
    int operand = arguments_parse(tool, &sign_line, argc, argv, options);
    options->files = argv + operand;
    options->file_count = argc - operand;
}

bool sign_options_keyed(const struct sign_options *o)
{
    return o->secret != NULL || o->cert != NULL || o->policy.none;
}

/* ---- Combinations of options ---- */

static void check_keys(const struct tool *tool, const struct sign_options *o)
{
    bool keys = o->key != NULL || o->cert != NULL;
    if ((o->secret != NULL) + keys + o->policy.none > 1)
        tool_usage(tool, "--secret, --key and --none cannot be combined");
    if (!sign_options_keyed(o) && !o->strip && o->route_log == NULL)
        tool_usage(tool, "one of --secret, --key, --none, --strip, --append-route-log or --example "
                         "is required");
}

static void check_mutate(const struct tool *tool, const struct sign_options *o)
{
    const struct mutate_options *m = &o->mutate;
    const struct form *form = m->dir == NULL ? &form_json : &form_binary;
    if (m->list == NULL)
        return;
    mutate_check_options(tool, m);
    if (o->secret == NULL && o->key == NULL)
        tool_usage(tool, "--mutate requires --secret, or --key and --cert");
    if (o->form != NULL && o->form != form)
        tool_usage(tool, "%s cannot be combined with --format=%s",
                   m->dir == NULL ? "--mutate" : "--mutate-dir", o->form->name);
}

static void check_sign_form(const struct tool *tool, const struct sign_options *o)
{
    bool json = o->form == &form_json || (o->mutate.list != NULL && o->mutate.dir == NULL);
    if (o->tbs && (o->form == &form_json || o->form == &form_pcapng))
        tool_usage(tool, "--tbs cannot be combined with --format=%s", o->form->name);
    if ((o->json_flags & RELOAD_PRETTY) != 0 && !json)
        tool_usage(tool, "--pretty requires --format=json");
    if (o->mutate.list == NULL)
        form_check_terminal(tool, o->form == NULL ? &form_binary : o->form, o->output);
}

void sign_options_check(const struct tool *tool, const struct sign_options *o)
{
    check_keys(tool, o);
    check_mutate(tool, o);
    check_sign_form(tool, o);
    if (o->reply_to == NULL)
        arguments_check_input(tool, o->file_count);
    else if (o->file_count > 0)
        tool_usage(tool, "--reply-to cannot be combined with the operand \"%s\"", o->files[0]);
}
