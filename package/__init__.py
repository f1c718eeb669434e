"""The component package: AppBackend for Pulumi programs in any language."""
