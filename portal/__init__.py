"""What BigCommerce's developer portal asks for, and what a stack's apps have to enter there."""
