"""lanes in the schedule, checks in monthly partitions, each transition kept once, a quarantine"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LAST_MONTH = """
SELECT coalesce(to_char(last, '"checks_"YYYY_MM'), 'checks_other'), last + interval '1 month'
FROM (SELECT date_trunc('month', max(asked_at) AT TIME ZONE 'UTC') AS last FROM checks) AS m"""

_NO_DOWN = "a column and a table with data would be lost; restore a backup instead"


def upgrade() -> None:
    # Invoices of before share lane 1 until their next question.
    op.add_column("schedule", sa.Column("lane", sa.SmallInteger(), nullable=False, server_default="1"))
    op.alter_column("schedule", "lane", server_default=None)
    op.drop_index("schedule_due", table_name="schedule")
    op.create_index("schedule_due", "schedule", ["tenant", "account", "lane", "due_at"])
    op.execute("ALTER TABLE schedule SET (autovacuum_analyze_scale_factor = 0.05)")
    op.drop_index("invoices_received", table_name="invoices")  # the primary key has that order, too
    op.drop_index("invoices_late", table_name="invoices")
    op.create_index(
        "invoices_late", "invoices", ["tenant", "late_at"], postgresql_where=sa.text("late_at IS NOT NULL")
    )
    _partition_checks()
    _keep_moves()
    op.create_table(
        "quarantine",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "invoice_id"),
    )


def _partition_checks() -> None:
    """The table of before becomes the partition of its last month and all before: nothing is copied, it goes when that
    month goes, and `checks_other` is empty, which every later partition has to look through.
    """
    name, end = op.get_bind().execute(sa.text(_LAST_MONTH)).one()
    op.execute(f'ALTER TABLE checks RENAME TO "{name}"')
    op.execute(f'ALTER TABLE "{name}" DROP CONSTRAINT checks_pkey')
    op.execute(f'CREATE TABLE checks (LIKE "{name}" INCLUDING DEFAULTS) PARTITION BY RANGE (asked_at)')
    op.execute("ALTER TABLE checks ADD PRIMARY KEY (tenant, invoice_id, asked_at, id)")
    if end:
        op.execute(f"ALTER TABLE checks ATTACH PARTITION \"{name}\" FOR VALUES FROM (MINVALUE) TO ('{end}+00')")
        op.execute("CREATE TABLE checks_other PARTITION OF checks DEFAULT")
    else:
        op.execute("ALTER TABLE checks ATTACH PARTITION checks_other DEFAULT")


def _keep_moves() -> None:
    """The first transition of an invoice is its row; what is kept beside it are its moves."""
    op.rename_table("transitions", "moves")
    op.execute("ALTER INDEX transitions_pkey RENAME TO moves_pkey")
    op.execute("ALTER TABLE moves RENAME CONSTRAINT transitions_synced_needs_evidence TO moves_synced_needs_evidence")
    op.execute("DELETE FROM moves WHERE sequence = 1")
    op.execute(
        """
        CREATE VIEW transitions AS
        SELECT tenant, id AS invoice_id, 1 AS sequence, NULL::text AS before, 'pending' AS after, 'issued' AS cause,
            'system' AS actor, received_at AS at, NULL::uuid AS check_id, NULL::text AS evidence, NULL::text AS reason
        FROM invoices
        UNION ALL
        SELECT tenant, invoice_id, sequence, before, after, cause, actor, at, check_id, evidence, reason FROM moves
        """
    )


def downgrade() -> None:
    raise NotImplementedError(_NO_DOWN)
