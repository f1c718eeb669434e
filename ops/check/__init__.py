"""The check of a deployment: its URLs are called as BigCommerce would call them."""
