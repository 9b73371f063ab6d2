/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen: shared secrets, CAs, certificates, identifiers. */
#include "common/descriptors.h"
#include "keygen/keygen.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} commands[] = {
    {"secret", secret_main},
    {"id", id_main},
    {"ca", ca_main},
    {"issue", issue_main},
    {"request", request_main},
    {"revoke", revoke_main},
    {"crl", crl_main},
    {"list", list_main},
    {"adopt", adopt_main},
    {"export", export_main},
    {"self-signed", self_signed_main},
};

static const struct option_row no_rows[] = {OPTION_END};

static const struct command_line keygen_line = {
    "reload-keygen secret --output=FILE [options]\n"
    "reload-keygen id (--resource=KEY | --address=IP:PORT | --uuid | --overlay=NAME) [options]\n"
    "reload-keygen ca --overlay=NAME --output=DIR [options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX [options]\n"
    "reload-keygen request --output=PREFIX [options]\n"
    "reload-keygen list --ca=DIR [options]\n"
    "reload-keygen revoke --ca=DIR (--serial=HEX | --user=AOR | CERT)... [options]\n"
    "reload-keygen crl --ca=DIR [--output=FILE] [options]\n"
    "reload-keygen adopt --ca=DIR [CERT...] [options]\n"
    "reload-keygen export --ca=DIR --output=PUBLIC [options]\n"
    "reload-keygen self-signed --overlay=NAME --output=PREFIX [options]",
    "Makes shared secrets, CAs, certificates and identifiers. 'reload-keygen COMMAND --help' lists "
    "a command's options.",
    no_rows,
    false,
    NULL,
    NULL};

/* The commands' names, separated by commas. */
static const char *list_commands(void)
{
    static char list[256];
    size_t used = 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0] && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ",
                                 commands[i].name);
    return list;
}

static void reject_command(const struct tool *tool, const char *name)
{
    const char *words[sizeof commands / sizeof commands[0] + 1] = {NULL};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        words[i] = commands[i].name;
    const char *near = reload_nearest_word(name, words);
    if (near != NULL)
        tool_usage(tool, "unknown command \"%s\" (did you mean %s?)", name, near);
    tool_usage(tool, "unknown command \"%s\", expected one of %s", name, list_commands());
}

int main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen"};
    descriptors_open_standard();
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    if (argc > 1 && argv[1][0] != '-') /* options that follow are those of a command */
        reject_command(&tool, argv[1]);
    int operand = arguments_parse(&tool, &keygen_line, argc, argv, NULL);
    if (operand < argc)
        reject_command(&tool, argv[operand]);
    tool_usage(&tool, "a command is required: %s", list_commands());
}
