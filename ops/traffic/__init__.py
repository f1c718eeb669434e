"""What BigCommerce was seen to send to the apps of a deployment, from the functions' logs."""
