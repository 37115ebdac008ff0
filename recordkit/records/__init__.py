"""Records of social work: their fields, their files, and the numbers they carry."""
