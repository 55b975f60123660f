"""People who sign in, and the roles of Code.org."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Records every sign-in and every new second factor."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to the two signals that allauth offers for it."""
        from allauth.account.signals import user_logged_in
        from allauth.mfa.signals import authenticator_added

        from accounts.sign_in import record_sign_in, second_factor_added

        user_logged_in.connect(record_sign_in, dispatch_uid="accounts.record_sign_in")
        authenticator_added.connect(second_factor_added, dispatch_uid="accounts.second_factor_added")
