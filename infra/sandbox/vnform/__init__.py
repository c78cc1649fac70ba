"""A stand-in for VNForm, the platform on which ministries and provinces hold opinion surveys."""
