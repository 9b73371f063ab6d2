/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges messages and refuses a request that was seen before: replay CA
 * MESSAGE... */
#include <reload.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_PEERS = 64, MAX_OCTETS = 65536 };

/* The state of the peers, in memory: a server would keep it in a
 * database. */
struct peers {
    uint8_t ids[MAX_PEERS][RELOAD_ID_SIZE];
    reload_peer_state states[MAX_PEERS];
    size_t count;
};

static size_t index_of(const struct peers *peers,
                       const uint8_t id[RELOAD_ID_SIZE])
{
    size_t i = 0;
    while (i < peers->count &&
           memcmp(peers->ids[i], id, RELOAD_ID_SIZE) != 0)
        i++;
    return i;
}

static reload_err find_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                            reload_peer_state *peer, bool *found)
{
    const struct peers *peers = (const struct peers *)arg;
    size_t i = index_of(peers, id);
    *found = i < peers->count;
    if (*found)
        *peer = peers->states[i];
    return RELOAD_OK;
}

static reload_err keep_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                            const reload_peer_state *peer)
{
    struct peers *peers = (struct peers *)arg;
    size_t i = index_of(peers, id);
    if (i == MAX_PEERS)
        return RELOAD_ERR_MEMORY;
    memcpy(peers->ids[i], id, RELOAD_ID_SIZE);
    peers->states[i] = *peer;
    peers->count += i == peers->count;
    return RELOAD_OK;
}

static size_t read_file(const char *name, uint8_t *octets)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return 0;
    size_t len = fread(octets, 1, MAX_OCTETS, file);
    fclose(file);
    return len;
}

int main(int argc, char **argv)
{
    static struct peers peers;
    static uint8_t octets[MAX_OCTETS];
    reload_store store;
    memset(&store, 0, sizeof store);
    store.size = sizeof store;
    store.arg = &peers;
    store.find_peer = find_peer;
    store.keep_peer = keep_peer;

    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_msg *msg = reload_msg_new();
    reload_report *report = reload_report_new();
    reload_judge *judge = NULL;
    reload_err err = RELOAD_ERR_MEMORY;
    if (policy != NULL && msg != NULL && report != NULL && argc > 2)
        err = reload_policy_add_ca(policy, octets,
                                   read_file(argv[1], octets), NULL);
    if (err == RELOAD_OK) {
        reload_policy_remember(policy, RELOAD_REMEMBER_PEERS);
        err = reload_policy_seal(policy, NULL);
    }
    if (err == RELOAD_OK && (judge = reload_judge_new(policy)) == NULL)
        err = RELOAD_ERR_MEMORY;
    for (int i = 2; i < argc && err == RELOAD_OK; i++) {
        reload_moment moment = {time(NULL) * RELOAD_SECOND,
                                RELOAD_NO_TIME, false};
        err = reload_msg_parse(msg, octets, read_file(argv[i], octets),
                               NULL);
        if (err == RELOAD_OK)
            err = reload_verify(judge, msg, moment, &store, report);
        if (err == RELOAD_OK)
            printf("%s: %s %s\n", argv[i],
                   reload_verdict_text(report->verdict), report->detail);
    }
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    reload_judge_free(&judge);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    return err == RELOAD_OK ? 0 : 4;
}
