#include "gradclinic/train/train.h"
