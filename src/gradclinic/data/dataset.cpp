#include "gradclinic/data/dataset.h"
