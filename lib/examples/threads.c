/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges each file in a thread of its own, by one policy: threads CA
 * MESSAGE... */
#include <reload.h>

#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { MAX_FILES = 16, MAX_OCTETS = 65536 };

struct job {
    const reload_policy *policy; /* sealed, so all threads share it */
    const char *file;
    const char *verdict;
};

static size_t read_file(const char *name, uint8_t *octets)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return 0;
    size_t len = fread(octets, 1, MAX_OCTETS, file);
    fclose(file);
    return len;
}

/* Everything but the policy belongs to this thread. */
static void *judge_file(void *arg)
{
    struct job *job = (struct job *)arg;
    uint8_t octets[MAX_OCTETS];
    size_t len = read_file(job->file, octets);
    reload_judge *judge = reload_judge_new(job->policy);
    reload_msg *msg = reload_msg_new();
    reload_report *report = reload_report_new();
    reload_moment moment = {time(NULL) * RELOAD_SECOND, RELOAD_NO_TIME,
                            false};

    job->verdict = "unchecked";
    if (judge != NULL && msg != NULL && report != NULL &&
        reload_msg_parse(msg, octets, len, NULL) == RELOAD_OK &&
        reload_verify(judge, msg, moment, NULL, report) == RELOAD_OK)
        job->verdict = reload_verdict_text(report->verdict);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_judge_free(&judge);
    return NULL;
}

int main(int argc, char **argv)
{
    static uint8_t ca[MAX_OCTETS];
    reload_diag diag;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    if (argc < 3 || argc > 2 + MAX_FILES || policy == NULL)
        return 2;
    if (reload_policy_add_ca(policy, ca, read_file(argv[1], ca),
                             &diag) != RELOAD_OK ||
        reload_policy_seal(policy, &diag) != RELOAD_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], diag.text);
        reload_policy_free(&policy);
        return 4;
    }

    pthread_t threads[MAX_FILES];
    struct job jobs[MAX_FILES];
    int count = 0;
    for (; count < argc - 2; count++) {
        struct job job = {policy, argv[count + 2], NULL};
        jobs[count] = job;
        if (pthread_create(&threads[count], NULL, judge_file,
                           &jobs[count]) != 0)
            break;
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        printf("%s: %s\n", jobs[i].file, jobs[i].verdict);
    }
    reload_policy_free(&policy); /* after the last judge */
    return count == argc - 2 ? 0 : 4;
}
