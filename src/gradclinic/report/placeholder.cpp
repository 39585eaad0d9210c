#include "gradclinic/lab/results.h"
