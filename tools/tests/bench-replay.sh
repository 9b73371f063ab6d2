#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The time of a call of reload-verify --replay-state with a million known peers, relative to ten. This benchmark only measures:
# test-replay.sh asserts, in octets, that a call reads no more.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

calls=${1:-100}
cat >bench.py <<'END'
import hashlib, os, sqlite3, subprocess, sys, time

calls, command = int(sys.argv[1]), sys.argv[2:]
took = {}
for count in 10, 1000000:
    path = "peers.%d" % count
    subprocess.run(command + ["--replay-state", path, "0.bin"], check=True, stdout=subprocess.DEVNULL)
    database = sqlite3.connect(path)
    database.executemany("INSERT INTO peer VALUES (?, 1, 1, 0, ?)",
                         ((hashlib.sha1(b"%d" % i).digest(), 1000000 + i % 1000) for i in range(count)))
    database.commit()
    database.close()
    each = []
    for i in range(1, calls + 1):
        start = time.perf_counter()
        subprocess.run(command + ["--replay-state", path, "%d.bin" % i], check=True, stdout=subprocess.DEVNULL)
        each.append(time.perf_counter() - start)
    took[count] = sorted(each)[len(each) // 2]
    print("# %d peers, %d octets: %.2f ms a call (median of %d)" % (count, os.path.getsize(path), 1000 * took[count], calls))
print("# ratio: %.2f" % (took[1000000] / took[10]))
END
for ((i = 0; i <= calls; i++)); do
    requests alice "$alice" "$now" "$i" >"$i.bin"
done
python3 bench.py "$calls" "${verify[@]}"
is "$?" 0 "calls with ten and with a million known peers are measured"
done_testing
