#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The tools' linking, and core dumps, which hold no key.
. "$(dirname "$0")/tap.bash"

# ---- the build ----

for tool in reload-keygen reload-sign reload-verify reload-dump; do
    readelf -hldW --dyn-syms "$RELOAD_TOOLS/$tool" >elf
    ok "$tool: PIE" grep -qE 'Type: +DYN' elf
    ok "$tool: RELRO" grep -q GNU_RELRO elf
    ok "$tool: symbols are bound at the start" grep -qE 'FLAGS.*NOW' elf
    if grep -q __asan elf; then
        skip "$tool: stack protector and fortified functions" "sanitized"
    else
        ok "$tool: stack protector" grep -q __stack_chk_fail elf
        ok "$tool: fortified functions" grep -qE '__[a-z]+_chk' elf
    fi
done

# ---- core dumps ----

# core_limit COMMAND...: the limit of core dumps of a tool that waits for input
ulimit -c unlimited 2>/dev/null || ulimit -c "$(ulimit -H -c)"
mkfifo waits
core_limit()
{
    "$@" waits >run/dumped 2>&1 &
    local child=$! limit
    exec 8>waits # the tool has opened its input, so it has read its keys
    limit=$(sed -n 's/^Max core file size *\([^ ]*\).*/\1/p' /proc/$child/limits)
    # an unprivileged owner could read the memory of a process that may be dumped
    printf '%s %s' "$limit" "$(stat -c %u "/proc/$child/environ")"
    exec 8>&-
    wait "$child"
}
install -m 600 "$TESTDATA/hmac.secret" secret
sign=(reload-sign --key "$TESTDATA/alice.key" --cert "$TESTDATA/alice.crt")
if [ "$(ulimit -c)" = 0 ]; then
    skip "no core dump holds a key" "core dumps are off here"
elif [ "$(id -u)" = 0 ]; then
    chmod 644 secret
    cp "$TESTDATA/alice.key" alice.key
    chmod 644 alice.key
    chmod 777 . run
    as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    if "${as_user[@]}" test -x "$RELOAD_TOOLS/reload-dump" && "${as_user[@]}" test -r "$TESTDATA/alice.crt"; then
        read -r _ owner <<<"$(core_limit "${as_user[@]}" "$RELOAD_TOOLS/reload-dump")" # AddressSanitizer sets the limit itself
        is "$owner" 65534 "reload-dump, which holds no key, may be dumped"
        is "$(core_limit "${as_user[@]}" "$RELOAD_TOOLS/reload-verify" --secret secret)" "0 0" "reload-verify with a secret may not"
        is "$(core_limit "${as_user[@]}" "$RELOAD_TOOLS/reload-sign" --key alice.key --cert "$TESTDATA/alice.crt")" "0 0" \
            "reload-sign with a key may not"
    else
        skip "no core dump holds a key" "the tools are out of reach for an unprivileged user"
    fi
else
    is "$(core_limit "${sign[@]}")" "0 0" "reload-sign with a key may not be dumped"
    is "$(core_limit reload-verify --secret secret)" "0 0" "reload-verify with a secret may not be dumped"
fi
done_testing
