from django.db import migrations

from accounts.ids import MakeIdsOfTime

# A sequence alone would count, and the clock alone would give one id twice. Nothing in PostgreSQL moves a sequence
# forward only, so nobody else may touch this one between `nextval` and `setval`: that is what the lock is for. It must
# not stay until the end of the transaction, in which others would wait for each other, nor be a session's, which a
# cancelled statement would leave behind. A subtransaction that fails gives it back for certain, and what was done to a
# sequence stays done.
FUNCTION = """
CREATE OR REPLACE FUNCTION id_made_of_time(sequence regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1795600000, sequence::oid::int);
    made := setval(sequence, greatest(nextval(sequence), extract(epoch FROM clock_timestamp()) * 100000)::bigint);
    RAISE SQLSTATE 'TRID1';
EXCEPTION WHEN SQLSTATE 'TRID1' THEN
    RETURN made;
END $$;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0003_database_defaults")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION id_made_of_time(regclass)"),
        MakeIdsOfTime("apitoken"),
    ]
