"""Registering apps in BigCommerce's developer portal: what to enter, what is next, does it work.

The stack's registration is an output, so all of this works where only the outputs are: nothing
here needs Pulumi's SDK.
"""
