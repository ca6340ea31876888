"""Proves that the fault tests bite: `script/faults --prove [NAME ...]`.

First the chosen tests pass; then each defence of mutations.py is switched off in turn, and at least one goes red: by
what it asserts, which is shown, and not because the switch itself does not fit the product any more.
"""

import os
import re
import subprocess
import sys

from tests.faults.house import ROOT
from tests.faults.mutations import MUTATIONS

RED = re.compile(r"^FAILED tests/faults/\S+?::(.+?)(?: - .*)?$", re.M)
WHY = re.compile(r"^E +(\S.*)$", re.M)
MISFIT = re.compile(r"^.*(?:Type|Attribute|Import|Name|Key)Error: .*\b(?:no_\w+|mutations)\b.*$", re.M)


def run(selection: str, **environment: str) -> tuple[bool, list[str], str]:
    """Whether pytest ran and found all well; the tests that went red; all it said."""
    command = ["script/test", "tests/faults", "-q", "-k", selection]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    return done.returncode == 0, RED.findall(done.stdout), done.stdout + done.stderr


def main(names: list[str]) -> int:
    chosen = {name: mutation for name, mutation in MUTATIONS.items() if not names or name in names}
    # What is never to come need not be waited for as long; rights are looked at often.
    quick = {"TASKROOM_FAULTS_PATIENCE": "20"}
    well, red, said = run(" or ".join(f"({mutation.missed_by})" for mutation in chosen.values()))
    if not well:
        print(f"With nothing switched off these are red already: {', '.join(red)}\n{said[-3000:]}")
        return 1
    unmissed = 0
    for name, mutation in chosen.items():
        well, red, said = run(mutation.missed_by, TASKROOM_WITHOUT=name, **quick)
        if misfit := MISFIT.search(said):
            unmissed += 1
            print(f"without {name}: the switch does not fit any more: {misfit[0].strip()}", flush=True)
        elif well or not red:
            unmissed += 1
            print(f"without {name}: NOTHING went red\n{said[-1500:]}", flush=True)
        else:
            why = WHY.search(said)
            print(f"without {name}: {', '.join(red)}: {why[1][:160] if why else '?'}", flush=True)
    return 1 if unmissed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
