"""`python -m storage`: manage accounts and their API keys from the command line.

    python -m storage limit ACCOUNT CREDITS       create an account, or change its limit
    python -m storage create-key ACCOUNT          print a new key, once
    python -m storage list-keys [ACCOUNT]
    python -m storage revoke-key ID               the id that list-keys shows
    python -m storage usage ACCOUNT

The database is that of the API: `SPIDRA_DATABASE_URL`.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from settings import ACCOUNT_PATTERN, SettingsError, exit_with, load_settings
from storage import accounts, ledger
from storage.database import Database, DatabaseUnavailableError


def main() -> None:
    """Run one command. The exit status is 2 if the command fails."""
    arguments = _parser().parse_args()
    try:
        database = Database(load_settings().sql_url)
        database.migrate()
        with database.transaction() as connection:
            sys.stdout.write(_run(connection, arguments))
        database.close()
    except (SettingsError, DatabaseUnavailableError) as error:
        exit_with(error)
    except accounts.UnknownAccountError as error:
        exit_with(ValueError(f"There is no account {error}. Create it with `limit`."))


def _run(connection: Connection, arguments: argparse.Namespace) -> str:
    match arguments.command:
        case "limit":
            accounts.set_limit(connection, arguments.account, arguments.credits)
            return f"{arguments.account} may use {arguments.credits} credits.\n"
        case "create-key":
            days = arguments.days
            expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
            return accounts.new_key(connection, arguments.account, expires_at=expires_at) + "\n"
        case "list-keys":
            return "".join(map(_key_line, accounts.list_keys(connection, arguments.account)))
        case "revoke-key":
            if not accounts.revoke_key(connection, arguments.id):
                exit_with(
                    ValueError(f"There is no active key {arguments.id}. `list-keys` shows them.")
                )
            return f"The key {arguments.id} is revoked.\n"
        case _:
            accounts.require_account(connection, arguments.account)
            usage = ledger.usage(connection, arguments.account)
            return f"limit {usage.limit}  used {usage.used}  remaining {usage.remaining}\n"


def _key_line(key: accounts.Key) -> str:
    state = "revoked" if key.revoked_at else "active"
    if key.expires_at and not key.revoked_at:
        state = f"expires {key.expires_at:%Y-%m-%d}"
    return f"{key.id}  {key.account}  created {key.created_at:%Y-%m-%d}  {state}\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m storage", description="Manage accounts and their API keys."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    limit = commands.add_parser("limit", help="create an account, or change its credit limit")
    limit.add_argument("account", type=_account_name)
    limit.add_argument("credits", type=_credits)
    create = commands.add_parser("create-key", help="print a new key; it is not shown again")
    create.add_argument("account")
    create.add_argument(
        "--days", type=int, help="days until the key expires; default: it does not expire"
    )
    listing = commands.add_parser("list-keys", help="show the ids and states of keys")
    listing.add_argument("account", nargs="?")
    revoke = commands.add_parser("revoke-key", help="revoke a key for good")
    revoke.add_argument("id", help="the id that list-keys shows")
    usage = commands.add_parser("usage", help="show what an account has used")
    usage.add_argument("account")
    return parser


def _account_name(text: str) -> str:
    if not re.fullmatch(ACCOUNT_PATTERN, text):
        raise argparse.ArgumentTypeError("letters, digits, '.', '_' and '-', at most 64")
    return text


def _credits(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a whole number, 0 or more")
    return int(text)


if __name__ == "__main__":
    main()
