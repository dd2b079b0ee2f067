"""where an invoice and a message stand in a trace of several systems

Columns that may be empty: added at once, however large the table, and a replica of before goes on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
serves = "0005"


def upgrade() -> None:
    op.add_column('invoices', sa.Column('traceparent', sa.Text(), nullable=True))
    op.add_column('messages', sa.Column('traceparent', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('messages', 'traceparent')
    op.drop_column('invoices', 'traceparent')
