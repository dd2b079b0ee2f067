"""tokens are kept sealed: those in plain text go, and cost one call each"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE tokens SET value = NULL, expires_at = NULL WHERE value NOT LIKE 'v1.%'")


def downgrade() -> None:
    op.execute("UPDATE tokens SET value = NULL, expires_at = NULL")
