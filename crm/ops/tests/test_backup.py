"""A backup is restored and compared before anybody calls it good; it is encrypted, whole, and kept once a file."""

import json

import pytest
from django.core.files.storage import storages
from django.db import connection

from auditlog.models import AuditEvent, SecurityEvent
from auditlog.services import record
from auditlog.tests.tampering import ACTOR
from crm.core.actor import Actor
from crm.ops.backups.errors import Damaged, Different, NoKey, NoSuchBackup, NotEncrypted
from crm.ops.backups.files import OBJECTS
from crm.ops.backups.manifest import MANIFEST, SETS, Manifest, names_in, read, read_verified
from crm.ops.backups.services import backup_run
from crm.ops.backups.stores import current_store
from crm.ops.backups.verification import backup_verify
from crm.ops.models import BackupRun
from crm.ops.tests.conftest import flip, set_of, store_document

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system("backup")


def objects(place):
    return {path for path in (place / OBJECTS).rglob("*") if path.is_file()}


def dump_of(place, name):
    return next(path for file, path in set_of(place, name).items() if file.startswith("database."))


def test_what_is_restored_holds_every_row_and_every_file(place, north):
    record(ACTOR, "customers.updated")
    store_document(b"a contract")
    run = backup_run(BY)
    proof = backup_verify(BY)
    counted = proof.manifest.facts["tables"]
    assert next(one["rows"] for name, one in counted.items() if name.endswith("accounts_team")) == 1
    assert (run.files, proof.files, run.rows) == (1, 1, sum(one["rows"] for one in counted.values()))
    assert proof.manifest.facts["audit"]["seal"] >= 1 and proof.manifest.facts["migrations"]
    run.refresh_from_db()
    assert run.state == "done" and run.verified_at and not run.finding
    assert read_verified(current_store(), run.name)["files"] == 1


def test_each_step_leaves_its_event(place):
    backup_run(BY)
    backup_verify(BY)
    assert {"backups.made", "backups.verified"} <= set(AuditEvent.objects.values_list("action", flat=True))


def test_nothing_that_is_kept_can_be_read_without_the_key(place, north):
    store_document(b"the secret of the contract")
    run = backup_run(BY)
    kept = [path for path in place.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"the secret" in path.read_bytes() or b"North" in path.read_bytes()]
    assert dump_of(place, run.name).read_bytes().startswith(b"age-encryption.org/v1")
    assert all(path.read_bytes().startswith(b"age-encryption.org/v1") for path in objects(place))


def test_a_machine_with_public_keys_alone_writes_backups_that_only_the_holder_of_one_reads(place, settings, key_pair):
    identity, recipient = key_pair
    settings.BACKUP_ENCRYPTION_KEY = [recipient, "age1uex9j90m2rcqejxcpmqae6zcz92f0tgk68e765j0u4e336fuleyqmemx04"]
    run = backup_run(BY)
    assert run.is_encrypted
    with pytest.raises(NoKey):
        backup_verify(BY)
    settings.BACKUP_DECRYPTION_KEY = [identity]
    assert backup_verify(BY).manifest.name == run.name


def test_another_key_opens_nothing_and_the_backup_stays_good(place, settings):
    run = backup_run(BY)
    right, settings.BACKUP_ENCRYPTION_KEY = settings.BACKUP_ENCRYPTION_KEY, ["quite-another-secret-9876543210-abcdef"]
    with pytest.raises(NoKey):
        backup_verify(BY)
    run.refresh_from_db()
    assert "BACKUP_DECRYPTION_KEY" in run.finding and run.verified_at is None
    settings.BACKUP_ENCRYPTION_KEY = ["quite-another-secret-9876543210-abcdef", *right]
    backup_verify(BY)


def test_production_makes_no_open_backup(place, settings):
    settings.PRODUCTION, settings.BACKUP_ENCRYPTION_KEY = True, []
    with pytest.raises(NotEncrypted):
        backup_run(BY)
    assert names_in(current_store()) == [] and BackupRun.objects.get().state == "failed"


def test_in_development_it_may_be_open_and_says_so(place, settings):
    settings.BACKUP_ENCRYPTION_KEY = []
    store_document(b"a paper")
    run = backup_run(BY)
    assert not run.is_encrypted and backup_verify(BY).files == 1


def test_a_file_is_copied_once_however_often_it_is_backed_up(place):
    store_document(b"old")
    backup_run(BY)
    first = {path: path.stat().st_mtime_ns for path in objects(place)}
    store_document(b"new")
    assert backup_run(BY).files == 2
    after = {path: path.stat().st_mtime_ns for path in objects(place)}
    assert len(after) == 2 and first.items() <= after.items()


def test_a_copy_that_is_cut_off_is_made_anew_and_the_backup_before_still_says_so(place):
    store_document(b"a long paper")
    first = backup_run(BY)
    (cut,) = objects(place)
    cut.write_bytes(cut.read_bytes()[:-1])
    second = backup_run(BY)
    assert backup_verify(BY, second.name).files == 1
    with pytest.raises(Damaged, match="bytes where"):
        backup_verify(BY, first.name)


@pytest.mark.parametrize("what", ["a bit of the dump", "the end of the dump", "a bit of a file", "a file", "the list"])
def test_damage_is_found_told_and_hurts_no_other_backup(place, what):
    store_document(b"a paper")
    good = backup_run(BY)
    store_document(b"another paper")
    bad = backup_run(BY)
    own = max(objects(place), key=lambda path: path.stat().st_mtime_ns)
    damage = {
        "a bit of the dump": lambda: flip(dump_of(place, bad.name)),
        "the end of the dump": lambda: dump_of(place, bad.name).write_bytes(dump_of(place, bad.name).read_bytes()[:-9]),
        "a bit of a file": lambda: flip(own),
        "a file": own.unlink,
        "the list": lambda: flip(set_of(place, bad.name)["files.jsonl.gz"]),
    }
    damage[what]()
    with pytest.raises(Damaged):
        backup_verify(BY, bad.name)
    bad.refresh_from_db()
    assert bad.finding and bad.verified_at is None
    assert SecurityEvent.objects.get(kind="backup.not_verified").severity == "critical"
    assert backup_verify(BY, good.name).files == 1


def test_a_manifest_that_was_changed_is_not_believed(place):
    run = backup_run(BY)
    file = set_of(place, run.name)[MANIFEST]
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "vendor": "oracle"}))
    with pytest.raises(Damaged, match="changed since it was signed"):
        read(current_store(), run.name)


def test_one_signed_with_an_unknown_key_is_not_believed_either(place, settings):
    run = backup_run(BY)
    settings.AUDIT_SIGNING_KEY = ["c29tZS1vdGhlci1rZXktb2YtMzItYnl0ZXMtaW4tYmE="]
    with pytest.raises(Damaged, match="AUDIT_SIGNING_KEY"):
        read(current_store(), run.name)


def test_rows_that_are_not_what_was_counted_are_named(place):
    """A dump may be whole and hold something else: only the compared restore tells."""
    run = backup_run(BY)
    file = set_of(place, run.name)[MANIFEST]
    manifest = Manifest.from_json(file.read_bytes())
    name = next(name for name in manifest.facts["tables"] if name.endswith("accounts_role"))
    manifest.facts["tables"][name]["rows"] += 1
    file.write_bytes(manifest.to_json())
    with pytest.raises(Different, match="accounts_role has"):
        backup_verify(BY)


def test_content_that_changed_with_the_number_of_rows_the_same_is_named_too(place):
    run = backup_run(BY)
    file = set_of(place, run.name)[MANIFEST]
    manifest = Manifest.from_json(file.read_bytes())
    name = next(name for name in manifest.facts["tables"] if name.endswith("accounts_role"))
    manifest.facts["tables"][name]["digest"] = "1"
    file.write_bytes(manifest.to_json())
    with pytest.raises(Different, match="accounts_role holds other content"):
        backup_verify(BY)


def test_a_trail_that_was_tampered_with_before_the_backup_is_told(place):
    record(ACTOR, "customers.updated")
    backup_run(BY)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE auditlog_auditevent DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER audit_no_update")
        cursor.execute("UPDATE auditlog_auditevent SET action = 'customers.deleted' WHERE action = 'customers.updated'")
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE auditlog_auditevent ENABLE TRIGGER USER")
    backup_run(BY)
    with pytest.raises(Different, match=r"audit trail does not verify.*event\.changed"):
        backup_verify(BY)


def test_there_is_no_such_backup(place):
    with pytest.raises(NoSuchBackup):
        backup_verify(BY)
    with pytest.raises(NoSuchBackup, match="20260101T000000Z"):
        backup_verify(BY, "20260101T000000Z-00000000")


def test_a_file_that_is_erased_meanwhile_is_left_out(place):
    name = store_document(b"a paper")
    backup_run(BY)
    storages["documents"].delete(name)
    run = backup_run(BY)
    assert run.files == 0 and backup_verify(BY).files == 0
    assert read(current_store(), run.name).files == {"count": 0, "size": 0}


def test_nothing_stays_in_the_spool(place):
    store_document(b"a paper")
    backup_run(BY)
    assert list((place / "spool").iterdir()) == [] and not list((place / SETS).rglob("*.partial"))
