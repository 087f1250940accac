"""Story 3: a forged record. Somebody with the database in his hands changes what was entered.

Run by a newcomer, `python examples/03_forged_record.py`, and by the tests. The forger first meets the
triggers, then drops them; then he even recomputes every hash. Each time something he cannot reach gives
him away.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine import audit, canonical
from engine.audit import dossier
from engine.clock import moment_text
from engine.records import journal, seals
from engine.records.seals import Seal
from timers.laboratory import Laboratory, of_its_own

ITEM, STATION = "HJ-LH-0004", "shinan.ga.zs"
TRUE, FALSE = "房屋无人居住", "申请人长期居住"  # nobody lives there · the applicant has long lived there


def refused_case(city: Laboratory) -> int:
    """A case that was refused after the station had looked at the flat."""
    case_id = city.receive(ITEM, STATION, {"applicant_name": "张建国"}, channel="window").case_id
    city.complete(case_id, "review", review_outcome="complete")
    city.complete(case_id, "sign_statement")
    city.at(date(2026, 2, 3))
    city.complete(case_id, "investigate", investigation_report=TRUE)
    city.complete(case_id, "station_opinion", station_agrees="disagree")
    return case_id


def forge(database: Path, case_id: int) -> None:
    """Put false words in the place of the true ones, straight in the file."""
    where = "stream = ? AND payload LIKE ?"
    values = (TRUE, FALSE, f"case:{case_id}", f"%{TRUE}%")
    with sqlite3.connect(database) as connection:
        try:
            connection.execute(f"UPDATE entry SET payload = replace(payload, ?, ?) WHERE {where}", values)
        except sqlite3.IntegrityError as refusal:
            print(f"   the database refuses: {refusal}")
        connection.execute("DROP TRIGGER entry_no_update")
        changed = connection.execute(
            f"UPDATE entry SET payload = replace(payload, ?, ?) WHERE {where}", values
        )
        print(f"   he owns the file, drops the trigger, and changes {changed.rowcount} entry")


def chain_anew(city: Laboratory, case_id: int) -> None:
    """The patient forger: recompute the digest of every entry, and the chain behind it."""
    store, stream = city.runtime.store, journal.case_stream(case_id)
    with store.reading() as connection:
        entries = list(journal.read(connection, stream))
    database = sqlite3.connect(str(store.engine.url.database))
    previous = entries[0].previous
    for entry in entries:
        made = replace(entry, previous=previous, kept_head=None)
        row = (made.head, made.payload, made.hash, stream, made.seq)
        database.execute("UPDATE entry SET head = ?, payload = ?, hash = ? WHERE stream = ? AND seq = ?", row)
        previous = made.hash
    database.execute("UPDATE case_row SET head_hash = ? WHERE case_id = ?", (previous, case_id))
    database.commit()
    database.close()


def verify(city: Laboratory, case_id: int) -> None:
    """What the auditor's button says."""
    with city.runtime.store.reading() as connection:
        row = city.runtime.load(connection, case_id)
        checks = audit.verify_case(connection, case_id, row._mapping)
    broken = [check for check in checks if not check.holds]
    for check in broken:
        print(f"   verify ✗ {check.number} {check.question}: {check.detail}")
    if not broken:
        print(f"   verify: all {len(checks)} checks hold")


def replay(city: Laboratory, case_id: int) -> None:
    """Decide everything again from what was entered."""
    runtime = city.runtime
    with runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, runtime.shelf, runtime.settings, entries)
    deviation = f"deviates at entry {verdict.entry}: {verdict.reason}"
    print(f"   replay: {'conforms' if verdict.conforms else deviation}")


def check_dossier(city: Laboratory, case_id: int, folder: Path, seal: Path) -> None:
    """Hand the case to an outsider, who runs the program in the dossier without the product."""
    with city.runtime.store.reading() as connection:
        (folder / "dossier.zip").write_bytes(dossier.make(connection, city.runtime, case_id))
    with zipfile.ZipFile(folder / "dossier.zip") as archive:
        archive.extract("verify.py", folder)
    command = [sys.executable, "-I", "verify.py", "dossier.zip", seal.name]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    print(f"   python3 verify.py dossier.zip seal.json → status {found.returncode}")
    for line in found.stdout.splitlines()[:3]:
        print(f"     {line}")


def keep_outside(city: Laboratory, folder: Path) -> tuple[Seal, Path]:
    """Seal the day, and write the seal where the forger cannot reach it."""
    with city.runtime.store.writing() as connection:
        seal = seals.make(connection, moment_text(city.clock.now()))
    path = folder / "seal.json"
    path.write_text(canonical.dumps(seal.as_data()))
    return seal, path


def main() -> None:
    """Tell the story."""
    with of_its_own(date(2026, 1, 26), seed=3) as city:
        tell(city)


def tell(city: Laboratory) -> None:
    """What happens, in three parts."""
    assert city.folder is not None
    folder = Path(city.folder.name)
    case_id = refused_case(city)
    print("1. An honest case, sealed at the end of the day; the seal (封存) is kept outside.\n")
    seal, seal_file = keep_outside(city, folder)
    print(f"   seal {seal.number}: {seal.hash[:16]}…")
    verify(city, case_id)
    replay(city, case_id)
    check_dossier(city, case_id, folder, seal_file)

    print(f"\n2. The forger: “{TRUE}” becomes “{FALSE}”.\n")
    forge(Path(str(city.runtime.store.engine.url.database)), case_id)
    verify(city, case_id)
    replay(city, case_id)
    check_dossier(city, case_id, folder, seal_file)

    print("\n3. The patient forger recomputes every hash. The chain holds again, but the seal does not.\n")
    chain_anew(city, case_id)
    verify(city, case_id)
    replay(city, case_id)
    check_dossier(city, case_id, folder, seal_file)


if __name__ == "__main__":
    main()
