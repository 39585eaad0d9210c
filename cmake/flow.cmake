# The flow is the dependency order: a folder of src/gradclinic includes itself and the folders before it.
set(FLOW support tensor spec data net train instruments record logs theory diagnosis fixes lab report)
