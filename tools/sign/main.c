/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-sign: completes and signs messages, strips signatures, appends ROUTE-LOGs. */
#include "common/descriptors.h"
#include "sign/examples.h"
#include "sign/run.h"

#include <string.h>

static void print_example(struct tool *tool, const struct sign_options *options)
{
    struct output out;
    if (options->file_count > 0)
        tool_usage(tool, "--example cannot be combined with the operand \"%s\"", options->files[0]);
    uint32_t method = argument_named(tool, "example", options->example, RELOAD_NAMES_METHOD);
    const char *example = example_of(method);
    if (example == NULL)
        tool_usage(tool, "--example: no example of method \"%s\"", options->example);
    if (output_open(&out, tool, options->output, 0)) {
        (void)output_write(&out, example, strlen(example));
        (void)output_close(&out);
    }
}

static void print_mutations(struct tool *tool, const struct sign_options *options)
{
    struct output out;
    if (output_open(&out, tool, options->output, 0)) {
        mutate_help(&out);
        (void)output_close(&out);
    }
}

static const char statuses[] =
    "0 every message was handled\n"
    "2 usage error\n"
    "3 some input is garbage or malformed, or has no message\n"
    "4 a message or key was refused, or something could not be read or written";

int main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-sign", .statuses = statuses};
    struct sign_options options = SIGN_OPTIONS_INIT;
    descriptors_open_standard();
    sign_options_parse(&tool, &options, argc, argv);
    if (options.example != NULL) {
        print_example(&tool, &options);
    } else if (options.mutate.list != NULL && strcmp(options.mutate.list, "help") == 0) {
        print_mutations(&tool, &options);
    } else {
        sign_options_check(&tool, &options);
        sign_run(&tool, &options);
    }
    policy_free(&options.policy);
    return tool_finish(&tool);
}
