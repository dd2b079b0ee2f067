"""endpoints, attempts, a feed in the order of commits, incidents and who is told of them

Columns are added and none renamed: a replica of before goes on working while the newer ones come.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
serves = "0004"

# Messages of before keep position 0, where the order is that of their ids; only new ones get their transaction's.
_POSITION = "ALTER TABLE messages ALTER COLUMN position SET DEFAULT pg_current_xact_id()::text::bigint"
_NO_DOWN = "incidents and the record of attempts would be lost; restore a backup instead"


def upgrade() -> None:
    op.create_table('attempts',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('destination', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('took', sa.Float(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('request', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('reply', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.PrimaryKeyConstraint('tenant', 'destination', 'message_id', 'at'),
    postgresql_partition_by='RANGE (at)'
    )
    op.create_table('cursors',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'name')
    )
    op.create_table('epochs',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('tenant')
    )
    op.create_table('incident_members',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.Column('invoice_id', sa.Uuid(), nullable=False),
    sa.Column('joined_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('left_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("overdue_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'incident_id', 'invoice_id')
    )
    op.create_index('incident_members_left', 'incident_members', ['tenant', 'incident_id', 'left_at'], unique=False)
    op.create_index('incident_members_present', 'incident_members', ['tenant', 'invoice_id'], unique=True, postgresql_where=sa.text('left_at IS NULL'))
    op.create_table('incidents',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('seller', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('endpoint', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('since', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('opened_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('draining_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('resolved_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('wake_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('remaining', sa.Integer(), nullable=False),
    sa.Column('joined_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('level_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('notices', sa.Integer(), nullable=False),
    sa.Column('told_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('told_members', sa.Integer(), nullable=False),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('acknowledged_by', sa.Text(), nullable=True),
    sa.Column('acknowledged_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('acknowledged_until', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('acknowledged_text', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('code', sa.Text(), server_default='', nullable=False),
        sa.Column("whole", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("follows", sa.Uuid(), nullable=True),
    sa.CheckConstraint("state IN ('open', 'draining', 'resolved')", name='incidents_state'),
    sa.PrimaryKeyConstraint('tenant', 'id')
    )
    op.create_index('incidents_scope', 'incidents', ['tenant', 'cause', 'account', 'seller', 'region', 'endpoint'], unique=True, postgresql_where=sa.text("state <> 'resolved'"))
    op.create_index('incidents_wake', 'incidents', ['tenant', 'wake_at'], unique=False, postgresql_where=sa.text("state <> 'resolved'"))
    op.create_table('maintenance',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('accounts', sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('starts_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('ends_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('pause_deadlines', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('created_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('credited_account', sa.Text(), nullable=True),
    sa.Column('credited_issued_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('credited_id', sa.Uuid(), nullable=True),
    sa.Column('credited', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'id')
    )
    op.create_table('redeliveries',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('destination', sa.Text(), nullable=False),
    sa.Column('wanted', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('created_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('finished_at', postgresql.TIMESTAMP(timezone=True), nullable=True),
    sa.Column('reached_position', sa.BigInteger(), nullable=False),
    sa.Column('reached_id', sa.Uuid(), nullable=False),
    sa.Column('until_position', sa.BigInteger(), nullable=False),
    sa.Column('seen', sa.BigInteger(), nullable=False),
    sa.Column('sent', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("state IN ('running', 'done', 'cancelled')", name='redeliveries_state'),
    sa.PrimaryKeyConstraint('tenant', 'id')
    )
    op.create_table('silences',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('matchers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('starts_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('ends_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('created_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'id')
    )
    op.create_table('tallies',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('minute', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('seller', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('code', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'minute', 'account', 'seller', 'region'),
    postgresql_with={'fillfactor': '50'}
    )
    op.create_table('threads',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('destination', sa.Text(), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.Column('handle', sa.Text(), nullable=False),
    sa.Column('at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'destination', 'incident_id')
    )
    op.create_table('used_links',
    sa.Column('tenant', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('used_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.Column('expires_at', postgresql.TIMESTAMP(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'id')
    )
    op.create_index('used_links_expired', 'used_links', ['tenant', 'expires_at'], unique=False)
    op.add_column('accounts', sa.Column('failing_since', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('accounts', sa.Column('well_since', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('deliveries', sa.Column('incident_id', sa.Uuid(), nullable=True))
    op.add_column('deliveries', sa.Column('sequence', sa.Integer(), server_default='0', nullable=False))
    op.add_column('deliveries', sa.Column('lane', sa.SmallInteger(), server_default='0', nullable=False))
    op.add_column('deliveries', sa.Column('failure', sa.Text(), nullable=True))
    op.alter_column('deliveries', 'invoice_id',
               existing_type=sa.UUID(),
               nullable=True)
    op.drop_index(op.f('deliveries_due'), table_name='deliveries', postgresql_where="(state = 'pending'::text)")
    op.create_index('deliveries_due', 'deliveries', ['tenant', 'destination', 'lane', 'due_at'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('deliveries_dead', 'deliveries', ['tenant', 'destination', 'message_id'], unique=False, postgresql_where=sa.text("state = 'dead'"))
    op.create_index('deliveries_incident', 'deliveries', ['tenant', 'incident_id'], unique=False, postgresql_where=sa.text('incident_id IS NOT NULL'))
    op.add_column('destinations', sa.Column('origin', sa.Text(), server_default='configuration', nullable=False))
    op.add_column('destinations', sa.Column('disabled_at', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('destinations', sa.Column('kinds', sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('destinations', sa.Column('labels', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('destinations', sa.Column('ordered', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('destinations', sa.Column('latest_only', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('destinations', sa.Column('concurrency', sa.Integer(), server_default='8', nullable=False))
    op.add_column('destinations', sa.Column('rate', sa.Float(), nullable=True))
    op.add_column('destinations', sa.Column('next_at', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('destinations', sa.Column('failures', sa.Integer(), server_default='0', nullable=False))
    op.add_column('destinations', sa.Column('failing_since', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('destinations', sa.Column('open_until', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('destinations', sa.Column('last_success_at', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('destinations', sa.Column('last_failure_at', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('destinations', sa.Column('last_failure', sa.Text(), nullable=True))
    op.add_column('destinations', sa.Column('last_status', sa.Integer(), nullable=True))
    op.add_column('destinations', sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('destinations', sa.Column('sealed', sa.Text(), nullable=True))
    op.add_column('destinations', sa.Column('created_at', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('destinations', sa.Column('updated_at', postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column('messages', sa.Column('incident_id', sa.Uuid(), nullable=True))
    op.add_column('messages', sa.Column('position', sa.BigInteger(), server_default='0', nullable=False))
    op.execute(_POSITION)
    op.alter_column('messages', 'invoice_id',
               existing_type=sa.UUID(),
               nullable=True)
    op.create_index('messages_incident', 'messages', ['tenant', 'incident_id', 'sequence'], unique=True, postgresql_where=sa.text('incident_id IS NOT NULL'))
    op.create_index('messages_position', 'messages', ['tenant', 'position', 'id'], unique=False)
    op.create_check_constraint("destinations_origin", "destinations", "origin IN ('configuration', 'api')")
    op.execute("ALTER TABLE destinations SET (fillfactor = 50)")
    op.drop_constraint("deliveries_state", "deliveries")
    op.create_check_constraint("deliveries_state", "deliveries", "state IN ('pending', 'delivered', 'dead', 'superseded')")
    op.add_column(
        "schedule", sa.Column("under_way", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute("CREATE TABLE attempts_other PARTITION OF attempts DEFAULT")


def downgrade() -> None:
    raise NotImplementedError(_NO_DOWN)
